"""What does a query statement ask for?

    SELECT * | COUNT(*) FROM Entity [WHERE f op v [AND ...]] [ORDERBY f [ASC|DESC], ...]
    [STARTPOSITION n] [MAXRESULTS n]

Keywords, entities and properties are case-insensitive; `\\'` and `\\\\` are the only escapes.
There is no OR, JOIN or GROUP BY. Intuit: data queries page; error texts from logs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox import errors
from sandbox.entities import BY_PATH, Entity

DEFAULT_PAGE, LARGEST_PAGE = 100, 1000

TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<word>[A-Za-z_][\w.]*)
    | (?P<sign><=|>=|!=|<>|[=<>(),*])
    )""",
    re.VERBOSE | re.DOTALL,
)
OPERATORS = {"=", "<", ">", "<=", ">=", "!=", "IN", "LIKE"}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.upper() in words


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. `path` is how to find the value in the rendered object."""

    path: tuple[str, ...]
    kind: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    path: tuple[str, ...]
    kind: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    entity: Entity
    count: bool
    conditions: tuple[Condition, ...]
    order: tuple[Order, ...]
    start: int
    limit: int

    @property
    def mentions_active(self) -> bool:
        return any(condition.path == ("Active",) for condition in self.conditions)


def parse(statement: str) -> Query:
    """Raises Refusal 4000 (cannot be read) or 4001 (asks for what cannot be asked)."""
    return _Parser(statement).query()


def tokenize(statement: str) -> list[Token]:
    tokens, position = [], 0
    text = statement.rstrip().rstrip(";")
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise errors.query_syntax(f"Lexical error at line 1, column {position + 1}.")
        kind = str(match.lastgroup)
        tokens.append(Token(kind, match[kind], match.start(kind)))
        position = match.end()
    tokens.append(Token("end", "<EOF>", len(text)))
    return tokens


def unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


class _Parser:
    """Recursive descent over the tokens; `at` is the next one."""

    def __init__(self, statement: str) -> None:
        self.tokens = tokenize(statement)
        self.at = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.next
        self.at += token.kind != "end"
        return token

    def fail(self, token: Token | None = None) -> errors.Refusal:
        token = token or self.next
        return errors.query_syntax(
            f'Encountered " "{token.text}" "" at line 1, column {token.at + 1}.'
        )

    def expect(self, *words: str) -> None:
        token = self.take()
        if not token.is_word(*words):
            raise self.fail(token)

    def sign(self, sign: str) -> bool:
        if self.next.kind == "sign" and self.next.text == sign:
            self.at += 1
            return True
        return False

    def word(self, *words: str) -> bool:
        if self.next.is_word(*words):
            self.at += 1
            return True
        return False

    def query(self) -> Query:
        self.expect("SELECT")
        count = self.selection()
        self.expect("FROM")
        entity = self.entity()
        conditions = self.where(entity)
        order = self.order(entity)
        start, limit = self.page()
        if self.next.kind != "end":
            raise self.fail()
        return Query(entity, count, conditions, order, start, limit)

    def selection(self) -> bool:
        """`*`, `COUNT(*)` or a list of fields; the whole object comes back in any case."""
        if self.word("COUNT"):
            if not (self.sign("(") and self.sign("*") and self.sign(")")):
                raise self.fail()
            return True
        while True:
            if not self.sign("*") and self.take().kind != "word":
                raise self.fail(self.tokens[self.at - 1])
            if not self.sign(","):
                return False

    def entity(self) -> Entity:
        token = self.take()
        if token.kind != "word":
            raise self.fail(token)
        entity = BY_PATH.get(token.text.lower())
        if entity is None:
            raise errors.query_invalid(f"Entity {token.text} not found or not queryable")
        return entity

    def where(self, entity: Entity) -> tuple[Condition, ...]:
        if not self.word("WHERE"):
            return ()
        conditions = [self.condition(entity)]
        while self.word("AND"):
            conditions.append(self.condition(entity))
        return tuple(conditions)

    def condition(self, entity: Entity) -> Condition:
        path, kind = self.property(entity)
        operator = self.take().text.upper().replace("<>", "!=")
        if operator not in OPERATORS:
            raise self.fail(self.tokens[self.at - 1])
        if path == ("Id",) and operator not in ("=", "IN"):
            raise errors.query_invalid(f"operator {operator} is not supported for property Id")
        values = self.values() if operator == "IN" else (self.value(),)
        return Condition(path, kind, operator, values)

    def values(self) -> tuple[str, ...]:
        if not self.sign("("):
            raise self.fail()
        values = [self.value()]
        while self.sign(","):
            values.append(self.value())
        if not self.sign(")"):
            raise self.fail()
        return tuple(values)

    def value(self) -> str:
        token = self.take()
        if token.kind == "string":
            return unquote(token.text)
        if token.kind == "number" or token.is_word("TRUE", "FALSE"):
            return token.text
        raise self.fail(token)

    def property(self, entity: Entity) -> tuple[tuple[str, ...], str]:
        token = self.take()
        if token.kind != "word":
            raise self.fail(token)
        return _property(entity, token.text)

    def order(self, entity: Entity) -> tuple[Order, ...]:
        if self.word("ORDER"):
            self.expect("BY")
        elif not self.word("ORDERBY"):
            return ()
        terms = [self.order_term(entity)]
        while self.sign(","):
            terms.append(self.order_term(entity))
        return tuple(terms)

    def order_term(self, entity: Entity) -> Order:
        path, kind = self.property(entity)
        descending = self.word("DESC")
        if not descending:
            self.word("ASC")
        return Order(path, kind, descending)

    def page(self) -> tuple[int, int]:
        start, limit = 1, DEFAULT_PAGE
        while self.next.is_word("STARTPOSITION", "MAXRESULTS"):
            if self.take().is_word("STARTPOSITION"):
                start = self.count(10**9)
            else:
                limit = self.count(LARGEST_PAGE)
        return start, limit

    def count(self, most: int) -> int:
        token = self.take()
        if token.kind != "number" or not token.text.lstrip("-").isdigit():
            raise self.fail(token)
        value = int(token.text)
        if value < 1:
            raise errors.query_invalid(f"value {value} is too small. Min allowed value is 1")
        if value > most:
            raise errors.query_invalid(f"value {value} is too large. Max allowed value is {most}")
        return value


SPECIAL: dict[str, tuple[tuple[str, ...], str]] = {
    "metadata.createtime": (("MetaData", "CreateTime"), "moment"),
    "metadata.lastupdatedtime": (("MetaData", "LastUpdatedTime"), "moment"),
}
WITHIN = {"ref": "value", "email": "Address"}


def _property(entity: Entity, name: str) -> tuple[tuple[str, ...], str]:
    """Where the property is in an object, and its kind; case does not matter."""
    lower = name.lower()
    if lower in SPECIAL:
        return SPECIAL[lower]
    field = next((f for f in entity.fields.values() if f.name.lower() == lower), None)
    if field is None:
        raise errors.query_invalid(f"Property {name} not found for Entity {entity.name}")
    if not field.queryable:
        raise errors.query_invalid(f"property '{field.name}' is not queryable")
    inner = WITHIN.get(field.kind)
    return ((field.name, inner) if inner else (field.name,)), field.kind
