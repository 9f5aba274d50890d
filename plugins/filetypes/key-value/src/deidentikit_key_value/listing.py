"""The keys and comments of a file as a profile can name them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from deidentikit.errors import FieldError, printable
from deidentikit.filetype import Listed
from deidentikit.kinds import parse_number

from .layouts import Layout
from .selectors import named_tokens
from .tokens import Role, Token


def listed(layout: Layout) -> Iterator[Listed]:
    """Every key and every comment, in order; those that stand there several times with their index."""
    found = [(token, names) for token, names in named_tokens(layout.tokens)]
    count = Counter(names[0] for _, names in found)
    seen: Counter[str] = Counter()
    for token, names in found:
        name = names[0]
        shown = name if count[name] == 1 and token.role is Role.ENTRY else f"{name}.{seen[name]}"
        seen[name] += 1
        yield _entry(layout.text, token, shown)


def _entry(text: str, token: Token, name: str) -> Listed:
    def values() -> Sequence[str]:
        return [found for value in token.values if (found := value.text(text))]

    kind = "comment" if token.role is Role.COMMENT else "number" if _numeric(values()) else "text"
    return Listed(printable(name), kind, f"line {token.line}", values)


def _numeric(values: Sequence[str]) -> bool:
    try:
        return bool(values) and all(parse_number(value).is_finite() for value in values)
    except FieldError:
        return False
