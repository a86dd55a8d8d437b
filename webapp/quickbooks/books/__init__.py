"""Do both books say the same? Per month and client: how many documents, and what they come to.

``sides`` pairs each record with its document, ``reasons`` says why a pair is not alike,
``comparing`` adds them up, ``asking`` reads QuickBooks for it, and ``work`` keeps one comparison
of a firm going until it is done. Nothing is changed on either side.

Without asking, the other side is what the links know: every answer of QuickBooks and every change
that was read there left its date, total and customer with the link, and an edit that waits for a
person stands in its issue. That costs no metered call, and shows what we believe. Asking reads
every document of the four kinds, a thousand a call, and shows what is.
"""

from webapp.models.books import EQUAL, EXPLAINED, UNEXPLAINED

KINDS = ("invoice", "payment", "refund", "expense")

__all__ = ["EQUAL", "EXPLAINED", "KINDS", "UNEXPLAINED"]
