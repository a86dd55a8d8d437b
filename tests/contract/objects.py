"""How does a test make and find objects through python-quickbooks, in one line each?"""

from __future__ import annotations

from typing import Any, TypeVar

from quickbooks import QuickBooks
from quickbooks.objects import (
    AccountBasedExpenseLine,
    AccountBasedExpenseLineDetail,
    Item,
    ItemBasedExpenseLine,
    ItemBasedExpenseLineDetail,
    Ref,
    SalesItemLine,
    SalesItemLineDetail,
)

Thing = TypeVar("Thing")

MAIN_STREET = {
    "Line1": "12 Elm Road",
    "Line2": "Second floor",
    "City": "Fairview",
    "Country": "U.S.A",
    "CountrySubDivisionCode": "CA",
    "PostalCode": "94030",
}


def built(kind: type[Thing], **values: Any) -> Thing:
    """An object of the library, not yet saved."""
    thing = kind()
    for name, value in values.items():
        setattr(thing, name, value)
    return thing


def saved(qb: QuickBooks, kind: type[Thing], **values: Any) -> Thing:
    """The object as the answer to its creation shows it."""
    result: Thing = built(kind, **values).save(qb=qb)  # type: ignore[attr-defined]
    return result


def first(qb: QuickBooks, kind: type[Thing], where: str = "") -> Thing:
    """The first one the query finds. Raises IndexError when there is none."""
    found: Thing = kind.where(where, max_results=1, qb=qb)[0]  # type: ignore[attr-defined]
    return found


def reread(qb: QuickBooks, thing: Thing) -> Thing:
    found: Thing = type(thing).get(thing.Id, qb=qb)  # type: ignore[attr-defined]
    return found


def values_of(thing: object, names: dict[str, Any]) -> dict[str, Any]:
    """The attributes of `thing` that `names` has, to compare with it."""
    return {name: getattr(thing, name) for name in names}


def sale_line(item: Item, amount: float = 100, detail: Any = None, **more: Any) -> SalesItemLine:
    """`detail` is what the SalesItemLineDetail has beside its item."""
    detail = built(SalesItemLineDetail, ItemRef=item.to_ref(), **(detail or {}))
    return built(SalesItemLine, **{"Amount": amount, **more}, SalesItemLineDetail=detail)


def account_line(amount: float, account_id: Any) -> AccountBasedExpenseLine:
    account = built(Ref, type="Account", value=account_id)
    return built(
        AccountBasedExpenseLine,
        Amount=amount,
        DetailType="AccountBasedExpenseLineDetail",
        AccountBasedExpenseLineDetail=built(AccountBasedExpenseLineDetail, AccountRef=account),
    )


def item_line(amount: float, **detail: Any) -> ItemBasedExpenseLine:
    return built(
        ItemBasedExpenseLine,
        Amount=amount,
        ItemBasedExpenseLineDetail=built(
            ItemBasedExpenseLineDetail,
            BillableStatus="NotBillable",
            UnitPrice=amount,
            Qty=1,
            **detail,
        ),
    )
