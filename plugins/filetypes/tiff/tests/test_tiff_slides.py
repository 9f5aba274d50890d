"""Pages of whole slides that show the slide's label."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]
HEAD = "Aperio Image Library v11.2.1 \r\n"


@pytest.fixture
def slide(written: Run) -> bytes:
    """A slide as Aperio lays it out: baseline, thumbnail, a lower resolution, label, macro."""
    tile = {"tile": (16, 16)}
    pages = [
        {"description": f"{HEAD}64x64 [0,0 64x64] (16x16) JPEG/RGB|AppMag = 20", **tile},
        {"description": f"{HEAD}64x64 -> 16x16 - |AppMag = 20"},
        {"description": f"{HEAD}64x64 [0,0 32x32] (16x16) JPEG/RGB|AppMag = 5", **tile},
        {"description": f"{HEAD}label 387x463", "subfiletype": 1, "extratags": [(269, 2, None, "no date", True)]},
        {"description": f"{HEAD}macro 1280x431", "subfiletype": 9},
    ]
    return written(*pages, shape=(64, 64))


def shown(pages: list[dict[str, Any]]) -> list[str]:
    return [tags["ImageDescription"].partition("\n")[2][:5] for tags in pages]


@pytest.mark.parametrize(
    ("option", "left"),
    [
        ("label, macro", (0, 1, 2)),
        ("macro", (0, 1, 2, 3)),
        ("label", (0, 1, 2, 4)),
        ("thumbnail", (0, 2, 3, 4)),
        ("label, macro, thumbnail", (0, 2)),
    ],
)
def test_pages_go_and_the_rest_is_intact(run: Run, seen: Run, slide: bytes, option: str, left: tuple[int, ...]) -> None:
    before = seen(slide)
    done = run(f"remove-pages: {option}", slide, "slide.svs")
    assert seen(done.data) == [before[number] for number in left]
    assert done.outcome.effects == {"remove-pages": 5 - len(left)}
    for number in set(range(5)) - set(left):
        assert before[number]["pixels"][0] not in done.data
        assert before[number]["ImageDescription"][-12:].encode() not in done.data or number == 1


def test_they_may_stand_in_a_list(run: Run, seen: Run, slide: bytes) -> None:
    assert len(seen(run("remove-pages:\n- label\n- macro\n", slide).data)) == 3


def test_without_a_line_the_kind_of_page_tells(run: Run, seen: Run, slide: bytes) -> None:
    data = slide.replace(b"label 387x463", b"Q = 7 387x463").replace(b"macro 1280x431", b"Q = 7 1280x431")
    assert len(seen(run("remove-pages: label", data).data)) == 4
    assert shown(seen(run("remove-pages: label, macro", data).data)) == ["64x64"] * 3


def test_rules_do_not_meet_pages_that_are_gone(run: Run, seen: Run, slide: bytes) -> None:
    section = "remove-pages: label\nfields:\n- name: DocumentName\n  increment-date: yes\ndate-increment: 3\n"
    assert len(seen(run(section, slide).data)) == 4


def test_page_numbers_are_those_of_the_source(run: Run, seen: Run, slide: bytes) -> None:
    section = "remove-pages: thumbnail\nfields:\n- name: page.2.Software\n  set: X\n"
    assert [tags.get("Software") for tags in seen(run(section, slide).data)][1] == "X"


def test_a_file_without_such_pages_is_as_it_was(run: Run, written: Run) -> None:
    data = written({"description": "a label on a bottle"}, {"description": "a page"})
    assert run("remove-pages: label, macro, thumbnail", data).data == data


def test_other_scanners(run: Run, refused: Run, written: Run, seen: Run) -> None:
    ventana = written({"description": "Label Image"}, {"description": "level=0 mag=40 quality=90"})
    assert len(seen(run("remove-pages: label", ventana).data)) == 1
    lens = [[(65420, 4, 1, 1, True), (65421, 11, 1, value, True)] for value in (20.0, -1.0)]
    hamamatsu = written(*({"extratags": tags} for tags in lens))
    assert len(seen(run("remove-pages: macro", hamamatsu).data)) == 1
    philips = written({"description": '<DataObject ObjectType="DPUfsImport"><a>LABELIMAGE</a></DataObject>'}, {})
    assert refused("remove-pages: label", philips) == "label-elsewhere"
    ome = written({"description": '<OME xmlns="x"><Image Name="label image"/></OME>'}, {})
    assert refused("remove-pages: label", ome) == "label-elsewhere"


def test_the_last_page_stays(refused: Run, written: Run) -> None:
    assert refused("remove-pages: label", written({"description": "Label Image"})) == "no-page-left"


def test_an_unknown_page_is_an_error_of_the_profile(deid_project: Any) -> None:
    deid_project.profile("tiff:\n  remove-pages: lable\n")
    result = deid_project.command("check", deid_project.profile_path)
    assert result.exit_code == 2
    assert "'lable' is none of label, macro, thumbnail" in result.said
