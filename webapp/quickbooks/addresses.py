"""Where a record can be opened in QuickBooks itself."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import current_app

_PAGES = {
    "account": ("customerdetail", "nameId"),
    "invoice": ("invoice", "txnId"),
    "payment": ("recvpayment", "txnId"),
    "refund": ("refundreceipt", "txnId"),
    "expense": ("expense", "txnId"),
}


def open_url(kind: str, quickbooks_id: str) -> str:
    """The page of a record's counterpart; services have only the page that lists them all."""
    base = f"{current_app.config['QBO_APP_URL']}/app"
    if kind not in _PAGES:
        return f"{base}/items"
    page, parameter = _PAGES[kind]
    return f"{base}/{page}?{urlencode({parameter: quickbooks_id})}"
