"""Where bodies of metadata stand: in chunks, spelled in hex digits in text chunks, within each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import attrs
from deidentikit.errors import FieldError, FileError
from deidentikit_image_metadata.items import Item

from . import rawprofile
from .bodies import NEW_EXIF, Body, ExifBody, XmpBody, is_xmp
from .chunks import Chunk
from .contents import Contents
from .fields import TextField

_KINDS: Final = {
    "exif": frozenset({"exif"}),
    "app1": frozenset({"exif", "xmp"}),
    "xmp": frozenset({"xmp"}),
}


@attrs.define(eq=False)
class Region:
    """A place that holds a body of metadata, or will hold one.

    name : how the place is called in messages
    holds : ``exif``, ``xmp`` or both, where only the content tells
    load, store : the body's bytes, from and to the place; no bytes take the place out
    """

    name: str
    holds: frozenset[str]
    load: Callable[[], bytes]
    store: Callable[[bytes], None]
    chunk: Chunk | None = None
    _bodies: list[tuple[Body, Callable[[bytes], None]]] | None = None
    items: list[Item] = attrs.field(factory=list)

    def open(self) -> list[Item]:
        """The fields of the body and of what is nested in it.

        Raises FileError (``unparsed-region``, ``checksum``, ``inflated-size``, ``xmp-entities`` ...).
        """
        if self._bodies is None:
            try:
                data = self.load()
                self._bodies = list(self._read(data))
            except FieldError as error:
                if error.reason == "undecodable":
                    raise self._unparsed(error) from None
                raise FileError(error.reason, f"{self.name}: {error.message}") from None
            except FileError as error:
                raise self._unparsed(error) from None
            self.items = [item for body, _ in self._bodies for item in body.items()]
        return self.items

    def _unparsed(self, error: FileError) -> FileError:
        return FileError(
            "unparsed-region",
            f"{self.name} cannot be read ({error.reason}: {error.message}), so it has to be removed as a whole",
        )

    def _read(self, data: bytes) -> Iterator[tuple[Body, Callable[[bytes], None]]]:
        if self.holds == {"xmp"} or ("xmp" in self.holds and is_xmp(data)):
            yield XmpBody(data), self.store
            return
        exif = ExifBody(data, self.name)
        yield exif, self.store
        for packet, put in exif.nested():
            yield XmpBody(packet), put

    @property
    def exif(self) -> ExifBody | None:
        """The EXIF block, where the region was opened and is one."""
        return next((body for body, _ in self._bodies or () if isinstance(body, ExifBody)), None)

    @property
    def changed(self) -> bool:
        """Whether something in it was edited."""
        return any(body.changed for body, _ in self._bodies or ())

    def flush(self) -> None:
        """Put edited bodies where they belong, the inner ones first. Raises FileError (``verify``)."""
        for body, store in reversed(self._bodies or []):
            if body.changed:
                body.settle()
                data = body.to_bytes()
                if data:
                    self._verify(body, data)
                store(data)

    def _verify(self, body: Body, data: bytes) -> None:
        try:
            body.verify(data)
        except FileError as error:
            raise FileError("verify", f"{self.name} does not read again as it was meant: {error.reason}") from None


def exif_region(contents: Contents, chunk: Chunk) -> Region:
    """The EXIF block in a chunk."""

    def store(data: bytes) -> None:
        if data:
            contents.put(chunk, data)
        else:
            contents.remove(chunk)

    return Region("eXIf", _KINDS["exif"], lambda: contents.data(chunk), store, chunk)


def new_exif_region(contents: Contents) -> Region:
    """An EXIF block that is to be made."""

    def store(data: bytes) -> None:
        if data:
            contents.added.append(("eXIf", data))

    return Region("eXIf", _KINDS["exif"], lambda: NEW_EXIF, store)


def xmp_region(contents: Contents, field: TextField) -> Region:
    """The XMP packet in a text chunk."""

    def store(data: bytes) -> None:
        contents.put_text(field.chunk, field.head, data)

    def load() -> bytes:
        return contents.text(field.chunk, field.head)

    return Region(field.path, _KINDS["xmp"], load, store, field.chunk)


def profile_region(contents: Contents, field: TextField, name: str) -> Region | None:
    """The EXIF block or XMP packet that a text chunk spells in hex digits; None for other profiles."""
    holds = _KINDS.get(name)
    if holds is None:
        return None

    def load() -> bytes:
        return rawprofile.decode(contents.text(field.chunk, field.head))

    def store(data: bytes) -> None:
        if data:
            contents.put_text(field.chunk, field.head, rawprofile.encode(data, contents.text(field.chunk, field.head)))
        else:
            contents.remove(field.chunk)

    return Region(field.path, holds, load, store, field.chunk)
