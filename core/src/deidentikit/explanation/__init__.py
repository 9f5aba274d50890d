"""What a profile does, said to a reviewing committee: gathered once, written as text, Markdown or HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from .gathering import explain
from .html import as_html
from .markdown import as_markdown
from .model import Explanation
from .text import as_text

__all__ = ["FORMATS", "Explanation", "explain"]

FORMATS: Final[Mapping[str, Callable[[Explanation], str]]] = {
    "text": as_text,
    "markdown": as_markdown,
    "html": as_html,
}
"""What writes an explanation out, by the name of the format."""
