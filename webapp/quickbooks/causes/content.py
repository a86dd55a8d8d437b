"""Causes about the content of a record, mistakes of our own, and what nobody has seen before."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from webapp.quickbooks.causes.cause import HERE, RENAME, RESYNC, US, Cause, catalogue

UNKNOWN = "unknown"

_OUR_MISTAKE = _l(
    "The mistake is ours, not yours. Resync after the next update of Cuadra, or enter it in "
    "QuickBooks by hand and ignore it here."
)

ADVICE = _l(
    "Read QuickBooks’ answer: it often names the field. Correct it here or in QuickBooks, then "
    "resync. If QuickBooks takes it by hand, enter it there and ignore it here."
)
"""What to try where the cause is not known."""

CAUSES = catalogue(
    Cause(
        "illegal_character",
        HERE,
        _l("The name has a character that QuickBooks does not accept"),
        _l("Take colons, tabs and line breaks out of the name."),
        (RENAME, RESYNC),
    ),
    Cause(
        "too_long",
        HERE,
        _l("A text is too long for QuickBooks"),
        (
            _l("Shorten %(field)s to %(limit)s characters; it has %(length)s."),
            _l("Shorten it to %(limit)s characters; it has %(length)s."),
            _l("Shorten it, then resync."),
        ),
        (RENAME, RESYNC),
    ),
    Cause(
        "value_missing",
        US,
        (
            _l("QuickBooks needs %(field)s"),
            _l("QuickBooks needs a value that is missing"),
        ),
        _l("Fill in what is empty: that sends it again. If nothing is, the mistake is ours."),
    ),
    Cause(
        "duplicate_request",
        US,
        _l("QuickBooks already has %(this)s"),
        _l("Resync: we look for it there and link it."),
    ),
    Cause(
        "number_format",
        US,
        _l("QuickBooks could not read a number or a date"),
        _OUR_MISTAKE,
        detail=_l("This was sent: “%(value)s”."),
    ),
    Cause(
        "amount_mismatch",
        US,
        _l("An amount is not quantity times rate"),
        _l(
            "The rounding is ours. Save the record with a whole quantity, or with fewer decimals "
            "in the rate: that sends it again."
        ),
        detail=_l("This was sent: “%(value)s”."),
    ),
    Cause(
        "unsupported_value",
        US,
        _l("We sent a value that QuickBooks does not know"),
        _OUR_MISTAKE,
        detail=_l("It is about %(field)s."),
    ),
    Cause(
        "operation_unsupported",
        US,
        _l("QuickBooks could not carry out what we asked for"),
        _OUR_MISTAKE,
    ),
    Cause(
        "stopped_worker",
        US,
        _l("This record stopped our sync twice"),
        _l("It is set aside, and the rest goes on. Shorten or correct it: that sends it again."),
    ),
    Cause(
        UNKNOWN,
        US,
        _l("QuickBooks rejected this record"),
        _l("Open details: they hold QuickBooks’ own answer, and what to try."),
    ),
)
