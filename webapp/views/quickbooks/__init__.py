"""Settings, Integrations, QuickBooks: the page, its six lists, and every action on them.

``page`` is the place to begin: it puts the cards, the lists and the activity together. What the
templates receive is declared in ``page_model``, ``row_model`` and ``button_model``; each blueprint
is named ``quickbooks_`` and its file.
"""
