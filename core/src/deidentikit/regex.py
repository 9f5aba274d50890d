"""Regular expressions of a profile: compiled, or refused with words that its author can act on."""

from __future__ import annotations

import re
import warnings

from .backtracking import ExponentialError, degree


def compile_regex(text: str) -> re.Pattern[str]:
    """The compiled pattern. Raises ValueError that says what is wrong with it and where.

    Refused too is what `re`, which cannot be stopped, may never be done with on some names.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            pattern = re.compile(text)
            degree(pattern)
            return pattern
    except ExponentialError:
        raise ValueError(
            "a repeat can match one text in many ways and may never end;"
            " write '(a+)', not '(a+)+', or let something stand between its turns that it cannot match itself"
        ) from None
    except re.error as error:
        raise ValueError(_no_regex(text, error)) from None
    except (OverflowError, RecursionError):
        raise ValueError("it is too large") from None


def _no_regex(text: str, error: re.error) -> str:
    """What is wrong with a regular expression and how it is put right; characters are counted from 1."""
    said = error.msg
    at = 0 if error.pos is None else error.pos + 1
    if said.startswith("missing ), unterminated"):
        return f"the '(' at character {at} has no ')'; a bracket that means itself is written '\\('"
    if said.startswith("unbalanced parenthesis"):
        return f"the ')' at character {at} has no '('; a bracket that means itself is written '\\)'"
    if said.startswith("unterminated character set"):
        return f"the '[' at character {at} has no ']'; a bracket that means itself is written '\\['"
    if said.startswith("nothing to repeat"):
        return f"nothing stands before the {text[at - 1]!r} at character {at} that it could repeat; any text is '.*'"
    if said.startswith("unknown extension"):
        return f"'(?' at character {at - 1} begins nothing that is known; a named group is written '(?P<name>...)'"
    return f"{said} at character {at}" if at else said
