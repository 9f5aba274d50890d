"""Names of metadata: which there are, which cannot be, and what is told about those."""

from __future__ import annotations

import pytest
from deidentikit.filetype import Named
from deidentikit_jpeg import JpegFile


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2:80", "IPTC.By-line"),
        ("Photoshop.0x040B", "Photoshop.URL"),
        ("8BIM.url", "Photoshop.URL"),
        ("comment", "COM"),
        ("0th.Artist", "IFD0.0x013B"),
        ("GPS.0x1D", "gps.GPSDateStamp"),
        ("XMP.dc:creator", "DC:Creator"),
    ],
)
def test_names_of_one_thing(one: str, other: str) -> None:
    first, second = (JpegFile({}).compile(Named(name=name)) for name in (one, other))
    assert first.identity == second.identity


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Photoshop.Captoin", "Did you mean 'Caption'"),
        ("Photoshop.0x12345", "no Photoshop resource"),
        ("XMP.creator", "written with its prefix, such as dc:creator"),
        ("dc:", "written with its prefix, such as dc:creator"),
        ("GPS.Artist", "is no tag of GPS; it belongs to image"),
        ("IPTC.Bylin", "Did you mean"),
        ("Artst", "Did you mean 'Artist'"),
    ],
)
def test_names_that_cannot_be(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        JpegFile({}).compile(Named(name=name))
    with pytest.raises(ValueError, match=message):
        JpegFile({}).bind((), [name])


@pytest.mark.parametrize(
    ("name", "text", "trouble"),
    [
        ("XMP", "X", "can be removed or kept as a whole"),
        ("APP6", "X", "can be removed or kept as a whole"),
        ("GPS", "X", "holds offsets"),
        ("Orientation", "upright", "Orientation: "),
        ("Orientation", "1", None),
        ("COM", "X", None),
        ("dc:creator", "X", None),
    ],
)
def test_texts_that_a_profile_cannot_write(name: str, text: str, trouble: str | None) -> None:
    file_type = JpegFile({})
    said = file_type.check_literal(file_type.compile(Named(name=name)), text)
    assert (said is None) if trouble is None else (said is not None and trouble in said)
