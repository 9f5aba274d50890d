"""Opening the metadata that the values of some tags hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from deidentikit.errors import FileError
from deidentikit.splice import BytesSource
from deidentikit_image_metadata import photoshop
from deidentikit_image_metadata.edit import Editor
from deidentikit_image_metadata.exif import Exif
from deidentikit_image_metadata.fields import TagField
from deidentikit_image_metadata.fieldtypes import LONG, LONG8, SHORT
from deidentikit_image_metadata.ifd import (
    IMAGE_DESCRIPTION,
    IMAGE_RESOURCES,
    IPTC_BLOCK,
    XMP_PACKET,
    Entry,
    Ifd,
)
from deidentikit_image_metadata.iptc import Iptc, title
from deidentikit_image_metadata.names import BLOCK_NAMES
from deidentikit_image_metadata.numbers import Numbers
from deidentikit_image_metadata.xmp import Packet
from deidentikit_image_metadata.xmpnodes import RDF, parse

from . import imagej
from .description import open_pairs
from .fields import entry_texts
from .matcher import EXIF
from .parts import Carrier, Part
from .xmltext import XmlCarrier

_WHOLE: Final = frozenset({SHORT, LONG, LONG8})
KINDS: Final = {
    IMAGE_DESCRIPTION: ("xml", "aperio", "imagej"),
    XMP_PACKET: ("xmp", "xml"),
    IPTC_BLOCK: ("iptc",),
    IMAGE_RESOURCES: ("iptc", "xmp", EXIF),
    imagej.METADATA: ("imagej",),
}
"""The kinds of metadata that a tag can hold."""


class Opened:
    """The value of an entry, open for editing."""

    def __init__(self, ifd: Ifd, entry: Entry, carriers: Sequence[Carrier], to_bytes: Callable[[], bytes]) -> None:
        self.ifd = ifd
        self.entry = entry
        self.carriers = carriers
        self.to_bytes = to_bytes
        self.parts = tuple((carrier.kind, part) for carrier in carriers for part in carrier.parts())

    @property
    def changed(self) -> bool:
        """Whether anything in it was edited."""
        return any(carrier.changed for carrier in self.carriers)

    def save(self, editor: Editor) -> None:
        """Give the entry its edited value; one of which nothing is left is removed."""
        field = TagField(editor, self.ifd, self.entry)
        data = self.to_bytes() if editor.has(self.ifd, self.entry) else b""
        if not data:
            field.remove()
            return
        if self.entry.tag == imagej.METADATA:
            self._save_counts(editor)
        field.put(data)

    def _save_counts(self, editor: Editor) -> None:
        counts = self.ifd.find(imagej.COUNTS)
        if counts is not None and isinstance(carrier := self.carriers[0], imagej.ImageJCarrier):
            numbers = carrier.counts()
            editor.overwrite(self.ifd, counts, LONG, editor.layout.pack(f"{len(numbers)}I", *numbers))


def open_entry(editor: Editor, ifd: Ifd, entry: Entry, *, now: bool = False) -> Opened | None:
    """The metadata within the original value of an entry; None where it holds none that is known.

    now : of its present value instead
    Raises FileError where it cannot be read: ``xmp-malformed``, ``iptc-malformed``, ``photoshop-malformed``,
    ``xml-malformed``, ``imagej-malformed`` ...
    """
    stored = editor.value(entry) if now else editor.original(entry)
    data = stored.data
    if entry.tag == IMAGE_RESOURCES:
        return _resources(ifd, entry, data)
    carrier: Carrier | None = None
    if entry.tag == IMAGE_DESCRIPTION:
        carrier = _description(data)
    elif entry.tag == XMP_PACKET:
        carrier = _packet(data)
    elif entry.tag == IPTC_BLOCK:
        carrier = IptcCarrier(data)
    elif entry.tag == imagej.METADATA:
        carrier = imagej.ImageJCarrier(data, _counts(editor, ifd, now), stored.order)
    return None if carrier is None else Opened(ifd, entry, (carrier,), carrier.to_bytes)


def _counts(editor: Editor, ifd: Ifd, now: bool) -> list[int]:
    """The numbers of the tag that goes with ImageJ's metadata."""
    entry = ifd.find(imagej.COUNTS)
    if entry is None:
        return []
    stored = editor.value(entry) if now else editor.original(entry)
    numbers = Numbers(stored.type).unpack(stored.data, stored.order) if stored.type in _WHOLE else []
    return [number for number in numbers if isinstance(number, int)]


def _description(data: bytes) -> Carrier | None:
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return XmlCarrier(data)
    return open_pairs(data)


def _packet(data: bytes) -> Carrier:
    """An XMP packet, or another XML document in its place."""
    try:
        tree = parse(data.rstrip(b"\0"))
    except FileError:
        return XmpCarrier(data)
    return XmpCarrier(data) if any(node.uri == RDF for node in tree) else XmlCarrier(data)


def _resources(ifd: Ifd, entry: Entry, data: bytes) -> Opened:
    block = photoshop.Resources(data)
    inner: list[tuple[photoshop.Resource, Carrier]] = []
    inner += [(resource, IptcCarrier(resource.data)) for resource in block.find(photoshop.IPTC)]
    inner += [(resource, XmpCarrier(resource.data)) for resource in block.find(photoshop.XMP)]
    inner += [(resource, ExifCarrier(resource.data)) for id in photoshop.EXIF for resource in block.find(id)]

    def to_bytes() -> bytes:
        for resource, carrier in inner:
            if carrier.changed and (edited := carrier.to_bytes()):
                block.replace(resource, edited)
            elif carrier.changed:
                block.remove(resource)
        return block.to_bytes()

    return Opened(ifd, entry, tuple(carrier for _, carrier in inner), to_bytes)


class XmpCarrier:
    """An XMP packet."""

    kind: Final = "xmp"

    def __init__(self, data: bytes) -> None:
        self._packet = Packet(data)

    def parts(self) -> Sequence[Part]:
        """Every property."""
        out = []
        for each in self._packet.properties:
            local = each.name.rpartition(":")[2]
            keys = tuple(key.casefold() for key in (each.name, local, each.path))
            out.append(Part(keys, each.path, each, tuple(text for text in each.texts if isinstance(text, str))))
        return out

    @property
    def changed(self) -> bool:
        """Whether anything was edited."""
        return self._packet.changed

    def to_bytes(self) -> bytes:
        """The edited packet."""
        return self._packet.to_bytes()


class IptcCarrier:
    """A block of IPTC data sets."""

    kind: Final = "iptc"

    def __init__(self, data: bytes) -> None:
        self._block = Iptc(data)

    def parts(self) -> Sequence[Part]:
        """Every data set; repeated ones are one part with several values."""
        out = []
        for each in self._block.fields:
            texts = tuple(data.decode("utf-8", "surrogateescape") for data in self._block.original(each.key))
            key = f"{each.key[0]}:{each.key[1]}"
            out.append(Part((key,), title(each.key), each, texts))
        return out

    @property
    def changed(self) -> bool:
        """Whether anything was edited."""
        return self._block.changed

    def to_bytes(self) -> bytes:
        """The edited block."""
        return self._block.to_bytes()


class ExifCarrier:
    """An EXIF block."""

    kind: Final = EXIF

    def __init__(self, data: bytes) -> None:
        """Raises FileError (``photoshop-malformed``)."""
        try:
            self._exif = Exif(data)
        except FileError as error:
            raise FileError(
                "photoshop-malformed",
                f"the EXIF within the Photoshop resources cannot be read ({error.reason}); remove or keep the tag",
            ) from None

    def parts(self) -> Sequence[Part]:
        """Every tag."""
        out = []
        for tag in self._exif.tags:
            texts = tuple(entry_texts(tag.ifd, tag.entry, self._exif.editor.original))
            out.append(Part((), f"{BLOCK_NAMES[tag.ifd.kind]}.{tag.tag.name}", tag, texts, tag))
        return out

    @property
    def changed(self) -> bool:
        """Whether anything was edited."""
        return self._exif.changed

    def to_bytes(self) -> bytes:
        """The edited block, without the thumbnail, which shows what was. Raises FileError (``verify``)."""
        self._exif.remove_thumbnails()
        self._exif.zero_orphans()
        data = self._exif.to_bytes()
        if data:
            self._exif.editor.check(BytesSource(data))
        return data
