"""Where absent fields are made, with the metadata around them where there are none."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from deidentikit.filetype import Limits
from deidentikit.kinds import Form, Value
from deidentikit_image_metadata import values as tag_values
from deidentikit_image_metadata.fields import TagPlace
from deidentikit_image_metadata.iptc import LIMITS, IptcField
from deidentikit_image_metadata.names import BLOCK_NAMES
from deidentikit_image_metadata.tags import Tag

from .picture import Picture


@attrs.frozen(eq=False)
class NewTag:
    """Where an EXIF tag will be made, with the EXIF around it if there is none."""

    picture: Picture
    tag: Tag

    @property
    def path(self) -> str:
        return f"{BLOCK_NAMES[self.tag.home]}.{self.tag.name}"

    @property
    def limits(self) -> Limits:
        return tag_values.limits(self.tag)

    def insert(self, values: Sequence[Value | None], form: Form) -> None:
        block = self.picture.new_exif()
        TagPlace(block.editor, block.image, self.tag).insert(values, form)


@attrs.frozen(eq=False)
class NewDataSet:
    """Where an IPTC data set will be made."""

    picture: Picture
    path: str
    key: tuple[int, int]
    limits: Limits = LIMITS

    def insert(self, values: Sequence[Value | None], form: Form) -> None:
        IptcField(self.picture.new_iptc().iptc, self.key).insert(values, form)
