"""What do a button, a form with a value and a question need to know to draw themselves?

As in ``page_model``: frozen data in the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Action:
    """One button: a form that posts to ``url``, and an action of the API by the same name."""

    name: str
    """As in the API: ``resync``, ``ignore``, ``send-ours`` …"""
    label: str
    url: str
    working: str = ""
    """The verb in -ing while the request runs: ``Syncing``."""
    style: str = ""
    """As in macros/buttons.html: "" (secondary), primary, quiet, danger, quiet-danger …"""
    icon: str = ""
    consequence: str = ""
    """What it will do, before the click: ``Sends 3 invoices, $2,410.00, to Alvarez …``."""
    question_url: str = ""
    """A GET that asks first: a dialog for htmx, a page without. Then the button is a link to it."""
    removes_row: bool = False
    """The row leaves at once (ignore, leave out, restore); it comes back if the server refuses."""
    off_because: str = ""
    """Why it cannot be pressed now, as a sentence; "" when it can."""
    fields: dict[str, str] = field(default_factory=dict)
    """Hidden fields of the form."""


@dataclass(frozen=True)
class ActionField:
    """An action that needs a value: renumber, rename, choose an income account."""

    action: Action
    label: str
    name: str
    """The form field's name, as in the API's body: ``number``, ``name``, ``quickbooks_id``."""
    value: str = ""
    hint: str = ""
    error: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs: a select. Empty: a text field."""
    max_length: int = 100
    narrow: bool = False


@dataclass(frozen=True)
class Question:
    """A confirmation: a dialog, or a page of its own without JavaScript."""

    id: str
    title: str
    text: str
    action: Action
    safe_label: str
    safe_url: str
    facts: tuple[tuple[str, str], ...] = ()
    note_title: str = ""
    note: str = ""
    row_id: int | None = None
    """The row that leaves when the answer is yes."""
