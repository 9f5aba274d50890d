"""Cutting the text of a table into cells, a piece of many rows at a time.

Marked text has NUL after each cell and each line end, where commas and line ends within quotes are
no such thing. ``a,"b,c"`` in a row of its own becomes ``a NUL "b,c" NUL LF NUL``. Splitting at NUL gives the cells
as they are spelled; replacing the marks gives the text again. All of it is done by methods of `str`
over thousands of rows at once.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .dialect import LINE_ENDS, MARK, UNENDED, Dialect

LINE_END: Final = re.compile(r"\r\n|\r|\n")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r(?!\Z))")


class Marked(NamedTuple):
    """Whole rows of a table.

    text : with NUL after each cell and each line end
    rows : how many line ends there are
    line_end : the one that all rows have, or None if they differ
    quotes : there may be quotes in it
    """

    text: str
    rows: int
    line_end: str | None
    quotes: bool


class Misquoted(Exception):
    """A quote stands where it could mean two things. `rows` whole rows come before it."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        super().__init__()


def mark(text: str, dialect: Dialect, *, last: bool) -> tuple[Marked, str]:
    """The whole rows at the beginning of a text, and what is left of it.

    text : begins with a row and holds no NUL
    last : the text ends with the table, so nothing is left
    Raises `Misquoted`.
    """
    quote = dialect.quote
    if quote is None or quote not in text:
        cut = len(text) if last else rows_end(text)
        return _mark(text[:cut], dialect, last=last, quotes=False), text[cut:]
    parts = text.split(quote)
    if last:
        if len(parts) % 2 == 0:
            raise Misquoted(_rows_within(quote.join(parts[0:-1:2])))
        end, cut = len(parts) - 1, len(parts[-1])
    else:
        end, cut = _last_whole(parts)
        if end < 0:
            return Marked("", 0, "\n", False), text
    rest = quote.join((parts[end][cut:], *parts[end + 1 :]))
    parts[end] = parts[end][:cut]
    outside = _mark(quote.join(parts[0 : end + 1 : 2]), dialect, last=last, quotes=end > 0)
    if not end:
        return outside, rest
    whole: list[str] = parts[: end + 1]
    whole[0::2] = outside.text.split(quote)
    made = outside._replace(text=quote.join(whole))
    if not _well_quoted(outside.text, quote):
        _check_cells(made.text, dialect)
    return made, rest


def unmark(text: str, delimiter: str) -> str:
    """The table's own text again."""
    if "\r" in text:
        text = text.replace(f"{MARK}{UNENDED}{MARK}", "")  # first: bare CRs side by side would look like it
        text = text.replace(f"{MARK}\r\n{MARK}", "\r\n").replace(f"{MARK}\r{MARK}", "\r")
    return text.replace(f"{MARK}\n{MARK}", "\n").replace(MARK, delimiter)


def rows_end(text: str) -> int:
    """Where the last whole line ends. A CR at the very end may be half of a CRLF and does not count."""
    return max(text.rfind("\n"), text.rfind("\r", 0, max(len(text) - 1, 0))) + 1


def rows_before(text: str, dialect: Dialect) -> int:
    """How many rows end in a text that begins with a row."""
    return _rows_within(text if dialect.quote is None else dialect.quote.join(text.split(dialect.quote)[::2]))


def split_comments(text: str, dialect: Dialect, *, last: bool) -> tuple[list[tuple[bool, str]], str]:
    """The rows of a text and the comment lines between them, each with whether it is a comment; and the rest."""
    pieces: list[tuple[bool, str]] = []
    begin = whole = at = 0
    open_quote = False
    quote, comment = dialect.quote or "", dialect.comment or ""
    while at < len(text):
        found = _LINE.match(text, at)
        if found is None and not last:
            break
        end = len(text) if found is None else found.end()
        if not open_quote and text.startswith(comment, at):
            pieces += [(False, text[begin:at]), (True, text[at:end])]
            begin = whole = end
        else:
            open_quote ^= bool(quote) and bool(text.count(quote, at, end) & 1)
            whole = whole if open_quote else end
        at = end
    if last:
        whole = len(text)
    return [piece for piece in (*pieces, (False, text[begin:whole])) if piece[1]], text[whole:]


def first_row(text: str, dialect: Dialect, *, last: bool) -> str | None:
    """The first row that is neither blank nor a comment; None if it is not whole yet."""
    row: list[str] = []
    at = odd = 0
    while at < len(text):
        found = _LINE.match(text, at)
        if found is None and not last:
            return None
        line = text[at : len(text) if found is None else found.end()]
        at += len(line)
        if not row and (not line.strip() or (dialect.comment is not None and line.startswith(dialect.comment))):
            continue
        row.append(line)
        odd ^= 0 if dialect.quote is None else line.count(dialect.quote) & 1
        if not odd:
            return "".join(row)
    return "".join(row) if last else None


def _mark(text: str, dialect: Dialect, *, last: bool, quotes: bool) -> Marked:
    """Mark text from which what is within quotes was taken out."""
    unended = last and bool(text) and text[-1] not in "\r\n"
    feeds, returns = text.count("\n"), text.count("\r")
    line_end: str | None
    if not returns:
        line_end = "\n"
    elif not feeds:
        line_end = "\r"
    elif feeds == returns == text.count("\r\n"):
        line_end = "\r\n"
    else:
        line_end = None
    if line_end is None:
        text, rows = LINE_END.subn("\0\\g<0>\0", text)
    else:
        text, rows = text.replace(line_end, f"{MARK}{line_end}{MARK}"), feeds or returns
    if unended:
        text += MARK + UNENDED + MARK
        rows += 1
        line_end = None
    return Marked(text.replace(dialect.delimiter or ",", MARK), rows, line_end, quotes)


def _last_whole(parts: list[str]) -> tuple[int, int]:
    """The part, of those outside quotes, in which the last whole row ends, and where in it; -1 if none does."""
    for at in range((len(parts) - 1) & ~1, -1, -2):
        part = parts[at]
        cut = rows_end(part) if at == len(parts) - 1 else max(part.rfind("\n"), part.rfind("\r")) + 1
        if cut:
            return at, cut
    return -1, 0


def _well_quoted(outside: str, quote: str) -> bool:
    """Whether all quotes surround whole cells, in marked text from which what is within quotes was taken out."""
    quotes = outside.count(quote)
    opened = outside.count(MARK + quote) + outside.startswith(quote)
    return opened == quotes == outside.count(quote + MARK)


def _check_cells(text: str, dialect: Dialect) -> None:
    """Find quotes that do not surround a whole cell.

    They are text where a cell begins otherwise and holds neither delimiter nor line end between them: all
    readers part such rows alike.
    """
    quote = dialect.quote or '"'
    delimiter = dialect.delimiter or ","
    whole = dialect.quoted_cell
    cells = text.split(MARK)
    for at, cell in enumerate(cells):
        if quote not in cell or whole.fullmatch(cell):
            continue
        if cell.startswith(quote) or delimiter in cell or LINE_END.search(cell):
            raise Misquoted(sum(before in LINE_ENDS for before in cells[:at]))


def _rows_within(text: str) -> int:
    return len(LINE_END.findall(text))
