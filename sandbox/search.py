"""Which objects answer a query?

Values compare without regard to case, numbers as numbers, stamps as instants. Inactive objects
stay hidden unless the WHERE names `Active`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox import errors
from sandbox.clock import parse_moment
from sandbox.company import Company, render
from sandbox.query import Condition, Query
from sandbox.records import DELETED, Record, number_space
from sandbox.wire import Body


def answer(company: Company, query: Query, now: datetime, lag_s: float) -> Body:
    """The `QueryResponse` object; empty when nothing fits, as node-quickbooks asserts."""
    found = [record for record in _candidates(company, query) if record.state != DELETED]
    if lag_s:
        found = list(_seen_at(found, now - timedelta(seconds=lag_s)))
    if not query.mentions_active:
        found = [record for record in found if record.active]
    tests = [(c, _test(c)) for c in query.conditions]
    found = [r for r in found if all(t(value_of(company, r, c.path)) for c, t in tests)]
    if query.count:
        return {"totalCount": len(found)}
    page = _page(company, query, found)
    if not page:
        return {}
    objects = [render(company, record) for record in page]
    return {query.entity.name: objects, "startPosition": query.start, "maxResults": len(objects)}


def _candidates(company: Company, query: Query) -> Iterable[Record]:
    """Use an index where an equality allows it; else all of the table."""
    table = company.tables[query.entity.name]
    for condition in query.conditions:
        if condition.operator not in ("=", "IN"):
            continue
        if condition.path == ("Id",):
            return [table[i] for i in dict.fromkeys(condition.values) if i in table]
        if condition.path == ("DocNumber",):
            keys = [(number_space(query.entity.name), v.casefold()) for v in condition.values]
            return _indexed(company.numbers, keys, query.entity.name)
        if condition.path == (query.entity.name_field,):
            keys = [(query.entity.names_with, v.casefold()) for v in condition.values]
            return _indexed(company.names, keys, query.entity.name)
    return table.values()


def _indexed(
    index: dict[tuple[str, str], dict[tuple[str, str], Record]],
    keys: list[tuple[str, str]],
    entity: str,
) -> list[Record]:
    holders = (index.get(key, {}).values() for key in dict.fromkeys(keys))
    found = [record for group in holders for record in group if record.entity == entity]
    return sorted(found, key=lambda record: _id_order(record.id))


def _seen_at(records: Iterable[Record], moment: datetime) -> Iterator[Record]:
    """What a lagging index still shows: nothing new, and the version before the latest change."""
    for record in records:
        if record.updated <= moment:
            yield record
        elif record.previous is not None and record.previous.updated <= moment:
            yield record.previous


def _page(company: Company, query: Query, found: list[Record]) -> list[Record]:
    for order in reversed(query.order):
        found.sort(
            key=lambda r, o=order: _order_key(value_of(company, r, o.path), o.kind),  # type: ignore[misc]
            reverse=order.descending,
        )
    if query.entity.name == "TaxCode":
        return found[query.start - 1 :]
    return found[query.start - 1 : query.start - 1 + query.limit]


def value_of(company: Company, record: Record, path: tuple[str, ...]) -> Any:
    if path == ("Id",):
        return record.id
    if path == ("Active",):
        return record.body.get("Active", True)
    if path[0] == "MetaData":
        return record.created if path[1] == "CreateTime" else record.updated
    if record.entity == "Customer" and path[0] == "Balance":
        return company.receivable.get(record.id, Decimal(0))
    value: Any = record.body
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _order_key(value: Any, kind: str) -> tuple[bool, Any]:
    if value is None:
        return False, 0
    if isinstance(value, str):
        return True, _id_order(value) if value.isdigit() else (float("inf"), value.casefold())
    return True, value


def _id_order(value: str) -> tuple[float, str]:
    return (int(value), "") if value.isdigit() and len(value) < 300 else (float("inf"), value)


def _test(condition: Condition) -> Callable[[Any], bool]:
    if condition.operator == "LIKE":
        return _like(condition.values[0])
    wanted = [_operand(condition, value) for value in condition.values]
    compare = _COMPARE[condition.operator]
    return lambda actual: compare(_comparable(actual), wanted)


def _like(pattern: str) -> Callable[[Any], bool]:
    """Only `%` is a wildcard."""
    expression = ".*".join(re.escape(part) for part in pattern.casefold().split("%"))
    matcher = re.compile(expression, re.DOTALL)
    return lambda actual: actual is not None and bool(matcher.fullmatch(str(actual).casefold()))


def _operand(condition: Condition, text: str) -> Any:
    """The literal as the property's kind."""
    name = ".".join(condition.path)
    if condition.kind == "number":
        try:
            return Decimal(text)
        except InvalidOperation:
            raise errors.query_failed(f"Invalid value {text} for property {name}") from None
    if condition.kind == "flag":
        if text.lower() not in ("true", "false"):
            raise errors.query_failed(f"Invalid value {text} for property {name}")
        return text.lower() == "true"
    if condition.kind == "moment":
        moment = parse_moment(text)
        if moment is None:
            raise errors.query_failed(f"Invalid value {text} for property {name}")
        return moment
    return text[:10] if condition.kind == "date" else text.casefold()


def _comparable(actual: Any) -> Any:
    return actual.casefold() if isinstance(actual, str) else actual


def _orderly(test: Callable[[Any, Any], bool]) -> Callable[[Any, list[Any]], bool]:
    """A missing value fits no comparison."""
    return lambda actual, wanted: actual is not None and test(actual, wanted[0])


_COMPARE: dict[str, Callable[[Any, list[Any]], bool]] = {
    "=": _orderly(lambda a, b: a == b),
    "!=": lambda actual, wanted: actual != wanted[0],
    "<": _orderly(lambda a, b: a < b),
    ">": _orderly(lambda a, b: a > b),
    "<=": _orderly(lambda a, b: a <= b),
    ">=": _orderly(lambda a, b: a >= b),
    "IN": lambda actual, wanted: actual in wanted,
}
