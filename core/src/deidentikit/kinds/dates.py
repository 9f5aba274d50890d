"""Reading and writing moments in `strptime` formats."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from ..errors import FieldError
from .moments import Moment

MONTHS: Final = "january february march april may june july august september october november december".split()
_DAYS: Final = "monday tuesday wednesday thursday friday saturday sunday".split()
_PARTS: Final = {
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "m": r"\d{1,2}",
    "d": r"\d{1,2}",
    "H": r"\d{1,2}",
    "I": r"\d{1,2}",
    "M": r"\d{1,2}",
    "S": r"\d{1,2}",
    "f": r"\d{1,9}",
    "j": r"\d{1,3}",
    "p": r"[AaPp]\.?[Mm]\.?",
    "b": "|".join(name[:3] for name in MONTHS),
    "B": "|".join(MONTHS),
    "a": "|".join(name[:3] for name in _DAYS),
    "A": "|".join(_DAYS),
    "z": r"Z|[+-]\d{2}:?\d{2}(?::?\d{2})?",
    "Z": r"[A-Za-z]{1,6}",
}
_NUMBERS: Final = {
    "Y": ("year", 1),
    "m": ("month", 1),
    "d": ("day", 1),
    "H": ("hour", 0),
    "M": ("minute", 0),
    "S": ("second", 0),
}
_WIDTHS: Final = {"m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2, "j": 3}
_ORDER: Final = "YmdHMSf"


@lru_cache(maxsize=256)
def date_format(text: str) -> DateFormat:
    """The compiled form of a `strptime` format. Raises ValueError for what it cannot read."""
    return DateFormat(text)


class DateFormat:
    """Reads and writes moments in a `strptime` format, keeping the precision and widths it read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        letters = [char for directive, char in self.tokens if directive]
        if len(set(letters)) != len(letters):
            raise ValueError("a part stands twice in the format")
        if not {"Y", "y"} & set(letters):
            raise ValueError("the format has no year; year, month and day are written %Y, %m, %d")
        if "I" in letters and "p" not in letters:
            raise ValueError("hours of the half day (%I) need %p beside them")
        if "d" in letters and not {"m", "b", "B"} & set(letters):
            raise ValueError("the format has a day (%d) and no month; the month is %m, the minute %M")
        if "M" in letters and not {"H", "I"} & set(letters):
            raise ValueError("the format has minutes (%M) and no hours (%H); the month is %m")
        self._template, self._parts = self._quick(letters)
        self._patterns = [re.compile(pattern, re.IGNORECASE) for pattern in self._pattern_texts(letters)]

    def _pattern_texts(self, letters: list[str]) -> list[str]:
        """The whole format first; then its beginnings, where its parts run from large to small."""
        pieces = [_piece(self.tokens, at) for at in range(len(self.tokens))]
        texts = ["".join(pieces)]
        positions = [_ORDER.find(letter) for letter in letters]
        if positions == sorted(positions) and positions[0] == 0:
            ends = [at + 1 for at, (directive, _) in enumerate(self.tokens) if directive]
            texts += ["".join(pieces[:end]) for end in reversed(ends)]
        return list(dict.fromkeys(texts))

    def _quick(self, letters: list[str]) -> tuple[str, tuple[str, ...]]:
        """A %-template for moments that have all parts, where the parts are plain numbers; else nothing."""
        if not set(letters) <= _NUMBERS.keys():
            return "", ()
        spelled = [
            f"%0{_WIDTHS.get(char, 4)}d" if directive else char.replace("%", "%%") for directive, char in self.tokens
        ]
        return "".join(spelled), tuple(_NUMBERS[letter][0] for letter in letters)

    def match(self, text: str) -> re.Match[str] | None:
        """The parts of `text` as they are spelled, or None if it is not in this format."""
        for pattern in self._patterns:
            if match := pattern.fullmatch(text):
                return match
        return None

    def parse(self, text: str) -> Moment:
        """The moment that `text` spells. Raises ValueError if it spells none."""
        if self._template and (whole := self._patterns[0].fullmatch(text)):
            parts: dict[str, Any] = dict(zip(self._parts, map(int, whole.groups()), strict=True))
            return Moment(**parts)
        match = self.match(text)
        if match is None:
            raise ValueError("not in the format")
        return _moment({part: found for part, found in match.groupdict().items() if found is not None})

    def spell(self, moment: Moment, like: str | None = None) -> str:
        """`moment` in this format; with `like`, in the parts and widths of that text."""
        if like is None and self._template:
            numbers = tuple([getattr(moment, part) for part in self._parts])
            if None not in numbers:
                return self._template % numbers
        match = None if like is None else self.match(like)
        found = {} if match is None else {k: v for k, v in match.groupdict().items() if v is not None}
        out: list[str] = []
        kept = 0
        for directive, char in self.tokens:
            if not directive:
                out.append(char)
                continue
            if match is not None and char not in found:
                return "".join(out[:kept])
            out.append(_spell_part(char, moment, found.get(char)))
            kept = len(out)
        return "".join(out)


def _tokens(text: str) -> Iterator[tuple[bool, str]]:
    """The characters of a format, each with whether it is a directive."""
    chars = iter(text)
    for char in chars:
        if char != "%":
            yield False, char
            continue
        letter = next(chars, "")
        if letter == "%":
            yield False, "%"
        elif letter in _PARTS:
            yield True, letter
        else:
            raise ValueError(f"%{letter} is not understood; year, month and day are written %Y, %m, %d")


def _piece(tokens: list[tuple[bool, str]], at: int) -> str:
    """One token as a pattern. Numbers that touch other numbers have their full width."""
    directive, char = tokens[at]
    if not directive:
        return r"\s+" if char == " " else re.escape(char)
    pattern = _PARTS[char]
    if char in _WIDTHS:
        touching = any(0 <= other < len(tokens) and _numeric(*tokens[other]) for other in (at - 1, at + 1))
        if touching:
            pattern = rf"\d{{{_WIDTHS[char]}}}"
    return f"(?P<{char}>{pattern})"


def _numeric(directive: bool, char: str) -> bool:
    return char in "YymdHIMSfj" if directive else char.isdigit()


def _moment(found: dict[str, str]) -> Moment:
    year = int(found["Y"]) if "Y" in found else int(found["y"]) + (2000 if int(found["y"]) < 69 else 1900)
    month = int(found["m"]) if "m" in found else None
    day = int(found["d"]) if "d" in found else None
    for letter, length in (("b", 3), ("B", None)):
        if letter in found:
            month = [name[:length] for name in MONTHS].index(found[letter].lower()) + 1
    if "j" in found:
        if not 1 <= int(found["j"]) <= 365 + calendar.isleap(year):
            raise ValueError("no such day of the year")
        of_year = datetime(year, 1, 1) + timedelta(days=int(found["j"]) - 1)
        month, day = of_year.month, of_year.day
    hour = int(found["H"]) if "H" in found else None
    if "I" in found:
        hour = int(found["I"])
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if found.get("p", "a")[0] in "pP" else 0)
    return Moment(
        year,
        month,
        day,
        hour,
        int(found["M"]) if "M" in found else None,
        int(found["S"]) if "S" in found else None,
        found.get("f", ""),
        found.get("z", "") or found.get("Z", ""),
    )


def _spell_part(letter: str, moment: Moment, like: str | None) -> str:
    """One part of a moment; parts it does not have are written as their first value."""
    if letter == "f":
        digits = len(like) if like else max(6, len(moment.fraction))
        return moment.fraction.ljust(digits, "0")[:digits]
    if letter in "zZ":
        return moment.offset
    if letter == "y" and not 1969 <= moment.year <= 2068:
        raise FieldError("out-of-range", "two digits cannot say the year that the date is moved to")
    if letter in "pbBaA":
        return _spell_word(letter, moment.start(), like)
    if letter == "j":
        number = moment.start().timetuple().tm_yday
    elif letter == "y":
        number = moment.year % 100
    elif letter == "I":
        number = ((moment.hour or 0) + 11) % 12 + 1
    else:
        part, least = _NUMBERS[letter]
        number = getattr(moment, part) or least
    width = {"Y": 4, "y": 2, "j": 3}.get(letter, 2)
    padded = like is None or len(like) >= width or like.startswith("0")
    return f"{number:0{width}d}" if padded else str(number)


def _spell_word(letter: str, at: datetime, like: str | None) -> str:
    if letter == "p":
        word = "PM" if at.hour >= 12 else "AM"
        word = f"{word[0]}.{word[1]}." if like and "." in like else word
    elif letter in "bB":
        word = MONTHS[at.month - 1][: 3 if letter == "b" else None].capitalize()
    else:
        word = _DAYS[at.weekday()][: 3 if letter == "a" else None].capitalize()
    if like and like.islower():
        return word.lower()
    return word.upper() if like and len(like) > 1 and like.isupper() else word
