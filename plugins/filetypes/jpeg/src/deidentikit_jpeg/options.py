"""The keys of a JPEG section that are no actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from .segments import NEEDED, Holding

if TYPE_CHECKING:
    from deidentikit.schema import Fragment


@attrs.frozen
class Options:
    """What a section asks for beside its rules.

    unreadable : what becomes of metadata that cannot be read: ``refuse`` the file, ``remove`` or ``keep`` them
    """

    remove_exif: bool = False
    remove_gps: bool = False
    remove_xmp: bool = False
    remove_iptc: bool = False
    remove_comments: bool = False
    remove_thumbnail: bool = False
    remove_extra_images: bool = False
    remove_metadata: bool = False
    keep_thumbnail: bool = False
    keep_trailing: bool = False
    unreadable: str = "refuse"
    cross_check: bool = False

    def __attrs_post_init__(self) -> None:
        if self.keep_thumbnail and (self.remove_thumbnail or self.remove_metadata):
            raise ValueError("keep-thumbnail and remove-thumbnail (or remove-metadata) contradict each other")
        if self.keep_trailing and self.first_image_only:
            raise ValueError("keep-trailing and remove-extra-images (or remove-metadata) contradict each other")

    @classmethod
    def of(cls, options: Mapping[str, object]) -> Options:
        """From a section's keys; keys of others are left aside. Raises ValueError for keys that contradict."""

        def on(key: str) -> bool:
            return options.get(key) is True

        return cls(
            remove_exif=on("remove-exif"),
            remove_gps=on("remove-gps"),
            remove_xmp=on("remove-xmp"),
            remove_iptc=on("remove-iptc"),
            remove_comments=on("remove-comments"),
            remove_thumbnail=on("remove-thumbnail"),
            remove_extra_images=on("remove-extra-images"),
            remove_metadata=on("remove-metadata"),
            keep_thumbnail=on("keep-thumbnail"),
            keep_trailing=on("keep-trailing"),
            unreadable=str(options.get("unreadable", "refuse")),
            cross_check=on("cross-check"),
        )

    def removing(self, holding: Holding) -> str | None:
        """The option by which everything of a holding goes, if one does."""
        if self.remove_exif and holding is Holding.EXIF:
            return "remove-exif"
        if self.remove_xmp and holding in (Holding.XMP, Holding.EXTENSION):
            return "remove-xmp"
        if self.remove_iptc and holding is Holding.IPTC:
            return "remove-iptc"
        if self.remove_comments and holding is Holding.COMMENT:
            return "remove-comments"
        return "remove-metadata" if self.remove_metadata and holding not in NEEDED else None

    @property
    def first_image_only(self) -> bool:
        """All images but the first go."""
        return self.remove_extra_images or self.remove_metadata

    @property
    def opens(self) -> frozenset[Holding]:
        """What has to be looked into for these options."""
        if self.remove_gps or self.remove_thumbnail:
            return frozenset({Holding.EXIF, Holding.PHOTOSHOP, Holding.XMP, Holding.EXTENSION})
        if self.remove_xmp or self.remove_iptc:
            return frozenset({Holding.EXIF, Holding.PHOTOSHOP})
        return frozenset({Holding.PHOTOSHOP} if self.remove_exif else ())


def section_schema() -> Fragment:
    """The keys with their validators."""
    from deidentikit.schema import Key, OneOf, YesNo

    return {
        "remove-exif": Key(YesNo(), "Remove all EXIF, thumbnail and maker note included.", "no"),
        "remove-gps": Key(YesNo(), "Remove the GPS block of EXIF, and GPS properties of XMP.", "no"),
        "remove-xmp": Key(YesNo(), "Remove XMP packets and extended XMP.", "no"),
        "remove-iptc": Key(YesNo(), "Remove IPTC data sets.", "no"),
        "remove-comments": Key(YesNo(), "Remove comment segments.", "no"),
        "remove-thumbnail": Key(
            YesNo(),
            "Remove the small copies of the picture in EXIF, JFIF, XMP, image resources and further images.",
            "no",
        ),
        "remove-extra-images": Key(YesNo(), "Remove all images but the first, and the index that lists them.", "no"),
        "remove-metadata": Key(
            YesNo(), "Remove everything but what is needed to show the picture, known to this program or not.", "no"
        ),
        "keep-thumbnail": Key(YesNo(), "Keep the EXIF thumbnail although a rule changes the EXIF around it.", "no"),
        "keep-trailing": Key(YesNo(), "Keep bytes after the end of the last image.", "no"),
        "unreadable": Key(
            OneOf("refuse", "remove", "keep"),
            "What becomes of EXIF, XMP, IPTC or image resources that rules ask for and that cannot be read.",
            "refuse",
        ),
        "cross-check": Key(
            YesNo(),
            "Read input and output with Pillow too, and refuse the file unless both show the same picture.",
            "no",
        ),
    }
