"""What an action may know: the subject, keyed digests and draws, other fields."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from .action import Action, Verdict
from .draws import join, join_rows, uniform, uniforms, whole
from .errors import FieldError, UsageError
from .filetype import Limits
from .kinds import Formats, Kind, Value, canonical_text, text_codec, utc_today
from .results import results_of

SALT: Final = b"deidentikit/1"
LABELS: Final = ("hash", "uid", "shift", "jitter", "jitter-date", "path")
_RUN_ALONE: Final = frozenset({"jitter", "jitter-date", "path"})
MIN_KEY_BYTES: Final = 32


class _Mac:
    """HMAC-SHA-256 (RFC 2104) under one key, whose two blocks are digested once."""

    __slots__ = ("_inner", "_key", "_outer")

    def __init__(self, key: bytes) -> None:
        self._key = key
        block = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def __reduce__(self) -> tuple[type[_Mac], tuple[bytes]]:
        return _Mac, (self._key,)

    def digest(self, data: bytes) -> bytes:
        """The digest of `data`."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(data)
        outer.update(inner.digest())
        return outer.digest()

    def digests(self, messages: Iterable[bytes]) -> list[bytes]:
        """The digest of each of many."""
        copy_inner, copy_outer = self._inner.copy, self._outer.copy
        made: list[bytes] = []
        add = made.append
        for data in messages:
            inner, outer = copy_inner(), copy_outer()
            inner.update(data)
            outer.update(inner.digest())
            add(outer.digest())
        return made


class Keys:
    """The keys that a secret gives, one per label (HKDF of RFC 5869 with SHA-256).

    secret : the key's bytes, or None for a run without a key, whose own random secret
        serves `jitter`, `jitter-date` and `path` alone
    run_secret : the random secret of a run without a key, to share it among workers
    """

    __slots__ = ("_labels", "_prk", "keyed", "run_secret")

    def __init__(self, secret: bytes | None = None, run_secret: bytes | None = None) -> None:
        self.keyed = secret is not None
        self.run_secret = b"" if secret is not None else run_secret or os.urandom(32)
        self._prk = hmac.digest(SALT, secret if secret is not None else self.run_secret, "sha256")
        self._labels = {label: self._derived(label) for label in (LABELS if self.keyed else sorted(_RUN_ALONE))}

    def __repr__(self) -> str:
        return f"Keys(keyed={self.keyed})"

    def mac(self, label: str, data: bytes) -> bytes:
        """HMAC-SHA-256 of `data` under the key of `label`.

        label : one of `LABELS`, or an action's own, whose key is derived when it is first asked for
        Raises FieldError (``no-key``) for a label that a run without a key does not have.
        """
        return self._mac(label).digest(data)

    def macs(self, label: str, messages: Iterable[bytes]) -> list[bytes]:
        """What `mac` gives for each of many."""
        return self._mac(label).digests(messages)

    def _mac(self, label: str) -> _Mac:
        found = self._labels.get(label)
        if found is None:
            if not self.keyed:
                raise FieldError("no-key", "this needs a key: name one with --key-file or `key:`")
            found = self._labels[label] = self._derived(label)
        return found

    def _derived(self, label: str) -> _Mac:
        return _Mac(hmac.digest(self._prk, label.encode() + b"\x01", "sha256"))

    def path_id(self, relative_path: str) -> str:
        """The id under which the journal knows an input."""
        return self.mac("path", relative_path.encode("utf-8", "surrogateescape")).hex()[:16]

    @property
    def key_id(self) -> str | None:
        """What tells two keys apart without showing either; None without a key."""
        return self.mac("path", b"key-id").hex()[:16] if self.keyed else None


def read_key(reference: str | None, key_file: str | os.PathLike[str] | None, base: Path | None = None) -> bytes | None:
    """The secret that a run uses.

    reference : the profile's ``key``: ``env:NAME`` or ``file:PATH``
    key_file : the content of this file wins over `reference`
    base : the folder that a relative ``file:`` path counts from

    Raises UsageError if the key cannot be read or is shorter than 32 bytes.
    """
    if key_file is not None:
        raw, where = _key_bytes(Path(key_file)), "the key file"
    elif reference is None:
        return None
    elif reference.startswith("env:"):
        name = reference[4:]
        if name not in os.environ:
            raise UsageError(f"key: the environment variable {name} is not set; set it, or give a key with --key-file")
        raw, where = os.fsencode(os.environ[name]), f"the environment variable {name}"
    elif not reference.startswith("file:"):
        raise UsageError("key: expected env:NAME or file:PATH")
    else:
        path = Path(reference.removeprefix("file:"))
        raw, where = _key_bytes(path if base is None else base / path), "the key file"
    secret = raw.rstrip()
    if len(secret) < MIN_KEY_BYTES:
        raise UsageError(
            f"{where} holds {len(secret)} bytes; a key has at least {MIN_KEY_BYTES}."
            " Make one with: openssl rand -hex 32"
        )
    return secret


def _key_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        remedy = f"; make one with: openssl rand -hex 32 > {path}" if isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"the key file {path} cannot be read: {error.strerror}{remedy}") from None


class Context:
    """Handed to an action with each value. One instance serves one input.

    `limits` are those of the field at hand; `row` is its row in a table, counted from 1, else None.
    """

    __slots__ = ("_formats", "_originals", "_shifts", "_subject", "_subject_trouble", "keys", "limits", "row", "today")

    def __init__(
        self,
        keys: Keys,
        *,
        subject: str | None = None,
        subject_trouble: str = "the profile names no subject for this file type; add `subject:`",
        originals: Callable[[str], Sequence[str]] | None = None,
        formats: Formats | None = None,
        today: datetime | None = None,
        limits: Limits | None = None,
        row: int | None = None,
    ) -> None:
        self.keys = keys
        self._subject = subject
        self._subject_trouble = subject_trouble
        self._originals = originals
        self._shifts: dict[int, int] = {}
        self._formats = formats or Formats()
        self.today = today or utc_today()
        self.limits = limits
        self.row = row

    @property
    def keyed(self) -> bool:
        """The run has a key."""
        return self.keys.keyed

    @property
    def subject(self) -> str:
        """The canonical text that identifies the patient.

        Raises FieldError (``no-subject``) where there is none, or more than one.
        """
        if self._subject is None:
            raise FieldError("no-subject", self._subject_trouble)
        return self._subject

    @property
    def subject_or_row(self) -> str:
        """The subject; without one, the row's number; without that, nothing."""
        if self._subject is not None:
            return self._subject
        return "" if self.row is None else str(self.row)

    def bind(self, originals: Callable[[str], Sequence[str]]) -> None:
        """Say where the originals of other fields come from, as each batch begins."""
        self._originals = originals

    def set_subject(self, subject: str | None, trouble: str) -> None:
        """Say who the file's subject is; `trouble` is what a rule that needs one is told if there is none."""
        self._subject = subject
        self._subject_trouble = trouble
        self._shifts = {}

    def rows(self, subjects: Sequence[str | None], first: int = 1) -> list[Context]:
        """One context per row of a table, for its row's subject; rows of one subject share one.

        first : the number of the first row; a row without a subject is known by its number
        """
        shared: dict[str, Context] = {}
        out: list[Context] = []
        for row, subject in enumerate(subjects, first):
            if subject is None:
                out.append(self._for(None, row))
                continue
            context = shared.get(subject)
            if context is None:
                context = shared[subject] = self._for(subject, None)
            out.append(context)
        return out

    def _for(self, subject: str | None, row: int | None) -> Context:
        return Context(
            self.keys,
            subject=subject,
            subject_trouble="the row's subject is empty",
            originals=self._originals,
            formats=self._formats,
            today=self.today,
            limits=self.limits,
            row=row,
        )

    def original(self, name: str) -> Sequence[str]:
        """The original values of another field as text, one that the action's `reads` names."""
        if self._originals is None:
            raise FieldError("no-field", "other fields cannot be read here")
        return self._originals(name)

    def mac(self, label: str, data: bytes) -> bytes:
        """HMAC-SHA-256 of `data` under the key derived for `label`.

        An action of a plugin takes its own name as the label, so that no two actions share digests.
        Raises FieldError (``no-key``) for such a label where the run has no key.
        """
        return self.keys.mac(label, data)

    def macs(self, label: str, messages: Iterable[bytes]) -> list[bytes]:
        """What `mac` gives for each of many."""
        return self.keys.macs(label, messages)

    def uniform(self, label: str, *parts: str) -> Decimal:
        """A draw from [-1, 1) that the key and `parts` decide, to 28 digits."""
        return uniform(self.mac(label, join(*parts)))

    def uniforms(self, label: str, *columns: Sequence[str]) -> list[Decimal]:
        """What `uniform` gives for the parts of each row.

        columns : the first part of every row, the second part of every row, and so on
        """
        return uniforms(self.keys.macs(label, join_rows(columns)))

    def whole(self, label: str, span: int, *parts: str) -> int:
        """A whole number from -span to span, never 0, that the key and `parts` decide."""
        return whole(self.mac(label, join(*parts)), span)

    def wholes(self, label: str, span: int, *columns: Sequence[str]) -> list[int]:
        """What `whole` gives for the parts of each row; `columns` as in `uniforms`."""
        return [whole(digest, span) for digest in self.keys.macs(label, join_rows(columns))]

    def shift(self, days: int) -> int:
        """The subject's own shift: from -1 to -`days` days."""
        known = self._shifts.get(days)
        if known is None:
            number = int.from_bytes(self.mac("shift", self.subject.encode("utf-8", "surrogatepass")), "big")
            known = self._shifts[days] = -(1 + number % days)
        return known

    def apply_text(self, action: Action, text: str) -> str:
        """The result of an action on a text that is no field of its own, such as a regex group.

        The text is read in the kind the action asks for and written back as text. A blank text
        stays as it is; what the action removes becomes empty. Of the field's limits only the one
        that letters have to be capitals holds for a part of its text.

        Raises FieldError where the action cannot treat the text, or makes several of it.
        """
        form = action.form
        codec = text_codec(form, self._formats)
        native = form.kind is Kind.NATIVE
        if not native and not text.strip("\0 "):
            return text
        whole, self.limits = self.limits, self._limits_of_part()
        try:
            result = results_of(action, () if native else (codec.decode(text),), self, form.kind)
        finally:
            self.limits = whole
        if isinstance(result, Verdict):
            return text if result is Verdict.KEEP else ""
        if len(result) > 1:
            raise FieldError("wrong-kind", f"{action.name} makes several values of a part of a text")
        return codec.encode(result[0], text) if result else ""

    def _limits_of_part(self) -> Limits | None:
        return None if self.limits is None else Limits(upper_only=self.limits.upper_only)


def subject_text(values: Sequence[str]) -> str | None:
    """The one subject that some original values name, or None if there is none or more than one."""
    texts = {text for value in values if (text := canonical_text(value))}
    return texts.pop() if len(texts) == 1 else None


__all__ = ["Context", "Keys", "Value", "join", "read_key", "subject_text"]
