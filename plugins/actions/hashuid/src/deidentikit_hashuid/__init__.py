"""The action `hashuid`: replace a UID by another, the same for the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, Final, Self

import attrs
from deidentikit.action import KEEP, Action, Verdict
from deidentikit.context import Context
from deidentikit.errors import FieldError
from deidentikit.filetype import Limits
from deidentikit.hookspecs import hookimpl
from deidentikit.kinds import Kind, Value, canonical_bytes, canonical_text
from deidentikit.schema import Fragment, Key, Text, Whole

from .uids import NUMERIC_NAME, UID, is_registered, spread_digest, version_8

if TYPE_CHECKING:
    from deidentikit.registry import Registry

MAX_NAME: Final = 43
"""Leaves room for two blocks of digits and a last node within the 64 characters of a UID."""
MAX_KEYED_NAME: Final = 24
"""Leaves room for a point and the digits of a UUID."""
NUMBER_DIGITS: Final = 39
"""The most decimal digits of a UUID."""


@attrs.frozen(kw_only=True)
class HashUid(Action):
    """Replaces a UID by one that its digest gives, so that references between files hold.

    With a key: a UUID of version 8 as a decimal number after ``2.25.`` (PS3.5 B.2). Without: the
    UID's first and last nodes around digits of its SHA-256. UIDs that DICOM registers stay.

    uid_prefix_fields : nodes to keep in front; only without a key
    uid_suffix_fields : nodes to keep at the end, each cut to its last six digits; only without a key
    uid_numeric_name : a registered root to stand in front instead
    salt : goes before the UID when it is digested; only without a key
    """

    name: ClassVar[str] = "hashuid"
    summary: ClassVar[str] = "Replace a UID by another, the same for the same."
    kind: ClassVar[Kind] = Kind.UID
    accepts_opaque: ClassVar[bool] = True

    uid_prefix_fields: int = 4
    uid_suffix_fields: int = 1
    uid_numeric_name: str | None = None
    salt: str = attrs.field(default="", repr=False)
    ineffective: tuple[str, ...] = ()
    """Settings of the profile that a key takes the effect from."""

    @classmethod
    def settings_schema(cls, registry: Registry) -> Fragment:
        return {
            "uid-prefix-fields": Key(Whole(0, 16), "Nodes of a UID to keep in front; only without a key.", "4"),
            "uid-suffix-fields": Key(Whole(0, 4), "Nodes of a UID to keep at the end; only without a key.", "1"),
            "salt": Key(Text(), "Goes before a UID when it is hashed without a key. Prefer a key."),
            "uid-numeric-name": Key(Text(blank=False), "A registered root to stand in front of new UIDs."),
        }

    @classmethod
    def build(
        cls, value: object, options: Mapping[str, object], settings: Mapping[str, object], registry: Registry
    ) -> Self:
        action = super().build(value, options, settings, registry)
        name = action.uid_numeric_name
        if name is not None and (not NUMERIC_NAME.fullmatch(name) or len(name) > MAX_NAME):
            raise ValueError(f"uid-numeric-name has to be a UID root of at most {MAX_NAME} characters")
        named = tuple(key for key in ("uid-prefix-fields", "uid-suffix-fields") if key in settings)
        return attrs.evolve(action, ineffective=named)

    def check(self, limits: Limits, keyed: bool) -> Iterable[str]:
        yield from super().check(limits, keyed)
        longest = len(self._root) + 1 + NUMBER_DIGITS
        if keyed and limits.max_length is not None and longest > limits.max_length:
            yield (
                f"a UID made with the key has up to {longest} characters, and this field holds {limits.max_length};"
                " hash or remove it instead"
            )

    def problems(self, keyed: bool) -> Iterable[str]:
        if keyed and self.salt:
            yield "a key and a salt do not go together; take the salt out"
        if keyed and self.uid_numeric_name and len(self.uid_numeric_name) > MAX_KEYED_NAME:
            yield f"with a key, uid-numeric-name has at most {MAX_KEYED_NAME} characters; take a shorter root of yours"

    def remarks(self, keyed: bool) -> Iterable[str]:
        if keyed and self.ineffective:
            yield f"with a key, {' and '.join(self.ineffective)} have no effect: new UIDs hold nothing of the old"

    def describe(self, keyed: bool) -> str:
        stays = "the same for the same UID; UIDs that DICOM itself registers stay"
        if keyed:
            return f"is replaced by a new UID made with the key, {stays}"
        kept = [f"its first {self.uid_prefix_fields}"] if self.uid_prefix_fields and not self.uid_numeric_name else []
        kept += [f"its last {self.uid_suffix_fields}"] if self.uid_suffix_fields else []
        nodes = f", which keeps {' and '.join(kept)} part(s) of the old" if kept else ""
        salted = "with the salt that stands in the profile" if self.salt else "without salt or key"
        return f"is replaced by a UID made from its hash, {salted}{nodes}, {stays}"

    def guessable(self, keyed: bool) -> bool:
        return not keyed

    def weak_spots(self, keyed: bool) -> Iterable[str]:
        if not keyed and self.uid_suffix_fields:
            yield (
                "without a key, new UIDs keep the end of the old ones, which often holds the time of the"
                " examination or a running number"
            )
        if not keyed and self.salt:
            yield "the salt stands in the profile, so who reads the profile can tell which old UID a new one came from"

    def apply(self, value: Value, context: Context) -> Value | Verdict:
        if not isinstance(value, str | bytes):
            raise FieldError("wrong-kind", "the value is no UID")
        if isinstance(value, str):
            uid = canonical_text(value)
            if not uid or is_registered(uid):
                return KEEP
            if not context.keyed and UID.fullmatch(uid):
                return spread_digest(
                    uid, self.salt, self.uid_prefix_fields, self.uid_suffix_fields, self.uid_numeric_name
                )
        elif not value:
            return KEEP
        if not context.keyed:
            raise FieldError("wrong-kind", "the value is no UID, of which parts would be kept; a key can treat it")
        number = version_8(context.mac("uid", canonical_bytes(value)))
        return f"{self._root}.{number}"

    @property
    def _root(self) -> str:
        """What stands in front of a number made with the key."""
        return self.uid_numeric_name or "2.25"


@hookimpl
def deidentikit_actions() -> Iterable[type[Action]]:
    """Offer the action."""
    return [HashUid]
