"""Clients and services from a CSV file: ``file`` reads it, ``columns`` knows its headings,
``verdicts`` says what each row would do, ``work`` keeps the preview and carries it out, ``undo``
takes back what it made.

What the file says is kept to the letter or refused with a sentence; nothing is guessed. The rules
for single values are the intake's, so they are those of the forms and of the API.
"""

KINDS = {"accounts": "account", "services": "service"}
"""What can be imported, by the names that addresses use."""
