"""What does a person do at the till, with a browser? Charge a card, give money back, dispute."""

from __future__ import annotations

from urllib.parse import urlencode

from sandbox.messages import Request, Response, page, redirect
from sandbox.stripe.account import Account, NoSuch
from sandbox.stripe.accounts import Accounts
from sandbox.stripe.shapes import Body
from sandbox.templates import render

PATH = "/stripe"
SHOWN = 50


def handle(accounts: Accounts, request: Request) -> Response:
    problem = ""
    if request.method == "POST":
        try:
            return _after(_act(accounts, request.form))
        except (NoSuch, ValueError, KeyError) as error:
            problem = str(error) or "That is not possible."
    shown = render(
        "stripe.html",
        title="Local Stripe",
        accounts=[(account, _charges(account)) for account in accounts],
        problem=problem,
        note=request.query.get("note", ""),
    )
    return page(shown, 400 if problem else 200)


def _after(note: str) -> Response:
    response = redirect(f"{PATH}?{urlencode({'note': note})}")
    response.status = 303
    return response


def _charges(account: Account) -> list[Body]:
    return list(account.objects["charge"].values())[::-1][:SHOWN]


def _act(accounts: Accounts, form: dict[str, str]) -> str:
    """What was done. Raises ValueError, KeyError."""
    account = accounts.called(form["account"])
    if form["act"] == "refund":
        accounts.do(account, Account.refund, {"charge": form["charge"]})
        return "Refunded."
    if form["act"] == "dispute":
        accounts.do(account, Account.dispute, {"charge": form["charge"]})
        return "The client disputes the charge."
    number = form.get("invoice", "").strip()
    accounts.do(
        account,
        Account.charge,
        {
            "amount": _cents(form["amount"]),
            "email": form.get("email") or None,
            "name": form.get("name") or None,
            "description": form.get("description") or None,
            "metadata": {"invoice_number": number} if number else {},
        },
    )
    return "The card was charged."


def _cents(text: str) -> int:
    try:
        cents = round(float(text.replace(",", "")) * 100)
    except (ValueError, OverflowError):
        cents = 0
    if not 0 < cents < 100_000_000:
        raise ValueError("Write an amount such as 120.00.")
    return cents
