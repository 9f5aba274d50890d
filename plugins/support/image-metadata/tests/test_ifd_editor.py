"""TIFF structures are edited in place: what is edited changes, what is removed is gone, all else stays."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from contextlib import suppress

import attrs
import pytest
from deidentikit.errors import FieldError, FileError
from deidentikit.splice import BytesSink, BytesSource
from deidentikit_image_metadata.edit import Editor
from deidentikit_image_metadata.fieldtypes import WIDTHS
from deidentikit_image_metadata.ifd import EXIF_IFD, GPS_IFD, SUB_IFDS, Ifd, IfdKind, WalkLimits, walk
from hypothesis import given, settings
from hypothesis import strategies as st

Value = tuple[int, int, bytes]
"""Tag, field type, bytes."""


@attrs.frozen
class Plan:
    """An IFD to be built."""

    values: Sequence[Value] = ()
    strips: Sequence[bytes] = ()
    exif: Plan | None = None
    gps: Plan | None = None
    subs: Sequence[Plan] = ()


class Builder:
    """Writes TIFF structures, so that the reader is not its own judge."""

    def __init__(self, order: str, big: bool) -> None:
        self.order, self.big = order, big
        self.width = 8 if big else 4
        mark = {"<": b"II", ">": b"MM"}[order]
        head = struct.pack(order + "HHHQ", 43, 8, 0, 0) if big else struct.pack(order + "HI", 42, 0)
        self.data = bytearray(mark + head)

    def offset(self, number: int) -> bytes:
        return struct.pack(self.order + ("Q" if self.big else "I"), number)

    def append(self, data: bytes) -> int:
        self.data += b"\0" * (len(self.data) % 2)
        at = len(self.data)
        self.data += data
        return at

    def ifd(self, plan: Plan) -> tuple[int, int]:
        """Write an IFD; where it is, and where its link stands."""
        values = list(plan.values)
        if plan.strips:
            spots = [self.append(strip) for strip in plan.strips]
            lengths = [len(strip) for strip in plan.strips]
            values.append((273, 16 if self.big else 4, b"".join(map(self.offset, spots))))
            values.append((279, 4, struct.pack(f"{self.order}{len(lengths)}I", *lengths)))
        for tag, child in ((EXIF_IFD, plan.exif), (GPS_IFD, plan.gps)):
            if child is not None:
                values.append((tag, 18 if self.big else 4, self.offset(self.ifd(child)[0])))
        if plan.subs:
            spots = [self.ifd(sub)[0] for sub in plan.subs]
            values.append((SUB_IFDS, 18 if self.big else 4, b"".join(map(self.offset, spots))))
        records = b""
        for tag, type, data in sorted(values):
            slot = data if len(data) <= self.width else self.offset(self.append(data))
            count = len(data) // WIDTHS[type]
            records += struct.pack(self.order + ("HHQ" if self.big else "HHI"), tag, type, count)
            records += slot.ljust(self.width, b"\0")
        total = struct.pack(self.order + ("Q" if self.big else "H"), len(values))
        at = self.append(total + records + bytes(self.width))
        return at, len(self.data) - self.width

    def build(self, pages: Sequence[Plan]) -> bytes:
        link = 8 if self.big else 4
        for page in pages:
            at, following = self.ifd(page)
            self.data[link : link + self.width] = self.offset(at)
            link = following
        return bytes(self.data)


def editor(data: bytes, exif: bool = False) -> Editor:
    return Editor(BytesSource(data), exif=exif)


def written(edited: Editor) -> bytes:
    sink = BytesSink()
    edited.overlay.write(sink)
    assert edited.overlay.to_bytes() == bytes(sink.data)
    edited.check(BytesSource(sink.data))
    return bytes(sink.data)


def contents(data: bytes, exif: bool = False) -> dict[tuple[str, int], bytes]:
    """Every value but offsets of IFDs, read by a new editor."""
    found = editor(data, exif)
    return {
        (ifd.path, entry.tag): found.value(entry).data
        for ifd in found.structure
        for entry in ifd.entries
        if entry.tag not in (EXIF_IFD, GPS_IFD, SUB_IFDS)
    }


def ifd_at(found: Editor, path: str) -> Ifd:
    return next(ifd for ifd in found.structure if ifd.path == path)


def remove(found: Editor, path: str, tag: int) -> None:
    ifd = ifd_at(found, path)
    entry = ifd.find(tag)
    assert entry is not None
    found.remove(ifd, entry)


def overwrite(found: Editor, path: str, tag: int, type: int, data: bytes) -> None:
    ifd = ifd_at(found, path)
    entry = ifd.find(tag)
    assert entry is not None
    found.overwrite(ifd, entry, type, data)


LAYOUTS = [("<", False), (">", False), ("<", True), (">", True)]
JANE = b"Jane Doe, born 1985\0"
PAGE = Plan(
    values=[(256, 3, b"\2\0"), (270, 2, JANE), (305, 2, b"Scanner 4\0"), (315, 2, b"Dr X\0")],
    strips=[b"PIXELS-ONE", b"PIXELS-TWO"],
    exif=Plan([(36867, 2, b"2020:01:02 03:04:05\0"), (37500, 7, b"MAKER" * 9), (37510, 7, b"ASCII\0\0\0Hello")]),
    gps=Plan([(1, 2, b"N\0"), (2, 5, bytes(range(24)))]),
    subs=[Plan([(270, 2, b"A smaller one\0")], strips=[b"SMALLER-PIXELS"]), Plan([(270, 2, b"Tiny\0")])],
)


@pytest.fixture(params=LAYOUTS, ids=lambda layout: f"{layout[0]}{'big' if layout[1] else 'classic'}")
def page_file(request: pytest.FixtureRequest) -> bytes:
    order, big = request.param
    return Builder(order, big).build([PAGE, PAGE, Plan([(270, 2, b"The last page\0")], strips=[b"LAST-PIXELS"])])


def test_walk_finds_every_ifd(page_file: bytes) -> None:
    structure = walk(BytesSource(page_file))
    assert [ifd.path for ifd in structure] == [
        *("page.0", "page.0.sub.0", "page.0.sub.1", "page.0.Exif", "page.0.GPS"),
        *("page.1", "page.1.sub.0", "page.1.sub.1", "page.1.Exif", "page.1.GPS"),
        "page.2",
    ]


def test_no_edit_changes_no_byte(page_file: bytes) -> None:
    found = editor(page_file)
    overwrite(found, "page.0", 270, 2, JANE)
    assert not found.overlay.changed
    assert written(found) == page_file
    assert found.zero_orphans() == 0


def test_removed_values_are_gone_and_nothing_moves(page_file: bytes) -> None:
    found = editor(page_file)
    before = contents(page_file)
    for page in ("page.0", "page.1"):
        remove(found, page, 270)
        remove(found, page, 315)
        remove(found, f"{page}.Exif", 36867)
    out = written(found)
    assert len(out) == len(page_file)
    assert b"Jane" not in out
    assert b"Dr X" not in out
    assert b"2020:01:02" not in out
    assert out.index(b"MAKER" * 9) == page_file.index(b"MAKER" * 9)
    for pixels in (b"PIXELS-ONE", b"PIXELS-TWO", b"SMALLER-PIXELS", b"LAST-PIXELS"):
        assert out.index(pixels) == page_file.index(pixels)
    gone = {(page, tag) for page in ("page.0", "page.1") for tag in (270, 315)}
    gone |= {("page.0.Exif", 36867), ("page.1.Exif", 36867)}
    assert contents(out) == {key: value for key, value in before.items() if key not in gone}


@pytest.mark.parametrize("text", [b"X\0", b"Someone\0", b"A much longer name than the one before\0"])
def test_overwritten_value_leaves_nothing_of_the_old(page_file: bytes, text: bytes) -> None:
    found = editor(page_file)
    before = contents(page_file)
    overwrite(found, "page.0", 270, 2, text)
    overwrite(found, "page.1", 270, 2, text)
    out = written(found)
    assert b"ane Doe" not in out
    assert b"1985" not in out
    assert contents(out) == before | {("page.0", 270): text, ("page.1", 270): text}
    entry = ifd_at(found, "page.0").find(270)
    assert entry is not None
    assert found.original(entry).data == JANE


def test_a_value_shortened_and_then_removed_is_gone(page_file: bytes) -> None:
    found = editor(page_file)
    overwrite(found, "page.0", 270, 2, b"Jane Doe, b\0")
    remove(found, "page.0", 270)
    remove(found, "page.1", 270)
    assert b"Jane" not in written(found)


def test_insert_keeps_tags_in_order_and_moves_only_the_table(page_file: bytes) -> None:
    found = editor(page_file)
    before = contents(page_file)
    for path in ("page.0", "page.1", "page.0.Exif", "page.1.sub.1"):
        found.insert(ifd_at(found, path), 300, 2, b"inserted here\0")
    out = written(found)
    assert contents(out) == before | {
        (path, 300): b"inserted here\0" for path in ("page.0", "page.1", "page.0.Exif", "page.1.sub.1")
    }
    for ifd in walk(BytesSource(out)):
        tags = [entry.tag for entry in ifd.entries]
        assert tags == sorted(tags)
    assert out.index(b"MAKER") == page_file.index(b"MAKER")


def test_insert_uses_the_room_that_a_removal_left(page_file: bytes) -> None:
    found = editor(page_file)
    remove(found, "page.0", 315)
    found.insert(ifd_at(found, "page.0"), 33432, 2, b"(c)\0")
    assert len(written(found)) == len(page_file)


def test_create_makes_the_ifd_that_is_missing(page_file: bytes) -> None:
    found = editor(page_file)
    gps = found.create(ifd_at(found, "page.2"), GPS_IFD)
    found.insert(gps, 29, 2, b"2020:01:02\0")
    found.insert(gps, 1, 2, b"N\0")
    assert contents(written(found))["page.2.GPS", 29] == b"2020:01:02\0"


def test_removing_a_pointer_removes_what_it_points_to(page_file: bytes) -> None:
    found = editor(page_file)
    for page in ("page.0", "page.1"):
        remove(found, page, EXIF_IFD)
        remove(found, page, SUB_IFDS)
    out = written(found)
    for trace in (b"MAKER", b"2020:01:02", b"Hello", b"A smaller one", b"SMALLER-PIXELS"):
        assert trace not in out
    assert [ifd.path for ifd in walk(BytesSource(out))] == ["page.0", "page.0.GPS", "page.1", "page.1.GPS", "page.2"]


def test_an_exif_ifd_goes_with_its_last_entry(page_file: bytes) -> None:
    found = editor(page_file)
    remove(found, "page.0.GPS", 1)
    remove(found, "page.0.GPS", 2)
    out = written(found)
    assert [ifd.path for ifd in walk(BytesSource(out)) if ifd.page == 0][-1] == "page.0.Exif"
    assert ifd_at(editor(out), "page.0").find(GPS_IFD) is None


@pytest.mark.parametrize("page", [0, 1, 2])
def test_dropping_a_page_zeroes_its_pixels_and_keeps_the_rest(page_file: bytes, page: int) -> None:
    before = contents(page_file)
    found = editor(page_file)
    found.drop([found.structure.top[page]])
    out = written(found)
    assert len(out) == len(page_file)
    gone = b"LAST-PIXELS" if page == 2 else b"PIXELS-ONE"
    assert out.count(gone) == page_file.count(gone) - 1
    left = [at for at in range(3) if at != page]
    renamed = {f"page.{old}": f"page.{new}" for new, old in enumerate(left)}
    expected = {
        (path.replace(path[:6], renamed[path[:6]]), tag): value
        for (path, tag), value in before.items()
        if path[:6] in renamed
    }
    assert contents(out) == expected


def test_dropping_one_sub_ifd_keeps_the_others(page_file: bytes) -> None:
    found = editor(page_file)
    found.drop([ifd_at(found, "page.0.sub.0"), ifd_at(found, "page.1.sub.0")])
    out = written(found)
    assert b"SMALLER-PIXELS" not in out
    assert contents(out)["page.0.sub.0", 270] == b"Tiny\0"


def test_all_pages_but_one_can_be_dropped(page_file: bytes) -> None:
    found = editor(page_file)
    found.drop(found.structure.top[:2])
    assert b"Jane" not in written(found)
    with pytest.raises(FieldError, match="required"):
        found.drop(found.structure.top[:1])


def test_what_decoding_needs_cannot_be_removed(page_file: bytes) -> None:
    found = editor(page_file)
    for tag in (256, 273, 279):
        with pytest.raises(FieldError, match="required"):
            remove(found, "page.0", tag)
    for tag in (273, EXIF_IFD):
        with pytest.raises(FieldError, match="required"):
            overwrite(found, "page.0", tag, 4, bytes(4))
    assert written(found) == page_file


def shared_value() -> tuple[bytes, int]:
    """Two entries whose values are the same bytes."""
    builder = Builder("<", False)
    data = bytearray(builder.build([Plan([(270, 2, b"Shared by two\0"), (315, 2, b"Shared by two\0")])]))
    first, second = data.index(b"Shared"), data.rindex(b"Shared")
    data = bytearray(bytes(data).replace(struct.pack("<I", second), struct.pack("<I", first)))
    data[second : second + 14] = bytes(14)
    return bytes(data), first


def test_a_shared_value_stays_for_its_other_user() -> None:
    data, _ = shared_value()
    found = editor(data)
    overwrite(found, "page.0", 270, 2, b"Mine\0 alone!\0")
    assert contents(written(found)) == {("page.0", 270): b"Mine\0 alone!\0", ("page.0", 315): b"Shared by two\0"}
    remove(found, "page.0", 315)
    assert b"Shared" not in written(found)


def test_orphans_are_found_and_zeroed(page_file: bytes) -> None:
    data = page_file + b"left behind by an editor"
    found = editor(data)
    assert found.orphans() == [(len(page_file), len(data))]
    assert found.zero_orphans() == 24
    assert written(found) == page_file + bytes(24)


def chained_sub_ifds() -> bytes:
    """SubIFDs that are listed by their parent and chained to one another as well."""
    data = bytearray(Builder("<", False).build([PAGE]))
    structure = walk(BytesSource(data))
    first, second = (ifd for ifd in structure if ifd.kind is IfdKind.SUB)
    data[first.end - 4 : first.end] = struct.pack("<I", second.offset)
    return bytes(data)


def test_sub_ifds_that_are_chained_too_keep_both_links() -> None:
    found = editor(chained_sub_ifds())
    second = ifd_at(found, "page.0.sub.1")
    found.insert(second, 305, 2, b"moved to the end\0")
    out = editor(written(found))
    assert ifd_at(out, "page.0.sub.0").next == ifd_at(out, "page.0.sub.1").offset
    out.drop([ifd_at(out, "page.0.sub.1")])
    again = editor(written(out))
    assert ifd_at(again, "page.0.sub.0").next == 0
    assert b"moved to the end" not in written(out)


def test_loops_are_refused() -> None:
    data = bytearray(Builder("<", False).build([PAGE, PAGE]))
    first, second = walk(BytesSource(data)).top
    data[second.end - 4 : second.end] = struct.pack("<I", first.offset)
    with pytest.raises(FileError) as caught:
        walk(BytesSource(data))
    assert caught.value.reason == "ifd-loop"


@pytest.mark.parametrize("length", [0, 4, 9, 40, 200])
def test_a_cut_structure_is_refused_or_read_to_its_end(page_file: bytes, length: int) -> None:
    with pytest.raises(FileError):
        walk(BytesSource(page_file[:length]))


def test_limits_refuse(page_file: bytes) -> None:
    for limits in (WalkLimits(ifds=5), WalkLimits(entries=10), WalkLimits(depth=0)):
        with pytest.raises(FileError, match=r"limit|cannot be read"):
            walk(BytesSource(page_file), limits=limits)


def test_values_beyond_the_end_are_noted_and_can_be_removed() -> None:
    data = bytearray(Builder("<", False).build([Plan([(270, 2, JANE), (315, 2, b"Someone else\0")])]))
    data = data.replace(struct.pack("<HHI", 270, 2, len(JANE)), struct.pack("<HHI", 270, 2, 1 << 20))
    found = editor(bytes(data))
    entry = ifd_at(found, "page.0").find(270)
    assert entry is not None
    assert entry.broken == "value-beyond-end"
    with pytest.raises(FieldError, match="undecodable"):
        found.value(entry)
    remove(found, "page.0", 270)
    out = written(found)
    assert b"Jane" not in out
    assert contents(out) == {("page.0", 315): b"Someone else\0"}


def test_a_value_over_the_pixels_is_not_touched() -> None:
    data = bytearray(Builder("<", False).build([Plan([(270, 2, JANE)], strips=[b"PIXELS-ONE-AND-TWO-AND-THREE"])]))
    pixels, text = data.index(b"PIXELS"), data.index(JANE)
    data = data.replace(struct.pack("<I", text), struct.pack("<I", pixels))
    found = editor(bytes(data))
    with pytest.raises(FileError, match="ifd-overlap"):
        remove(found, "page.0", 270)


def test_thumbnail_of_an_exif_block_goes_with_its_bytes() -> None:
    thumbnail = Plan([(259, 3, b"\6\0")], strips=[b"\xff\xd8 a small picture \xff\xd9"])
    data = Builder("<", False).build([Plan([(271, 2, b"Maker of cameras\0")]), thumbnail])
    found = editor(data, exif=True)
    assert [ifd.path for ifd in found.structure] == ["IFD0", "IFD1"]
    found.drop(found.structure.top[1:])
    out = written(found)
    assert b"small picture" not in out
    assert contents(out, exif=True) == {("IFD0", 271): b"Maker of cameras\0"}
    assert found.used_size() < len(data)
    assert not out[found.used_size() :].strip(b"\0")
    assert contents(out[: found.used_size()], exif=True) == contents(out, exif=True)


TYPES = st.sampled_from([2, 3, 4, 5, 7, 12])


@st.composite
def plans(draw: st.DrawFn, depth: int = 1) -> Plan:
    tags = draw(st.lists(st.sampled_from(range(40_000, 40_040)), max_size=6, unique=True))
    values = []
    for tag in tags:
        type = draw(TYPES)
        values.append((tag, type, draw(st.binary(min_size=1, max_size=5)) * 2 * WIDTHS[type]))
    strips = draw(st.lists(st.binary(min_size=1, max_size=20), max_size=3))
    if not depth:
        return Plan(values or [(40_000, 3, b"\1\1")], strips)
    subs = draw(st.lists(plans(depth=depth - 1), max_size=2))
    exif = draw(st.none() | plans(depth=0))
    return Plan(values, strips or [b"P"], exif, None, subs)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(LAYOUTS), st.lists(plans(), min_size=1, max_size=3), st.data())
def test_random_edits_change_what_they_say(layout: tuple[str, bool], pages: list[Plan], data: st.DataObject) -> None:
    source = Builder(*layout).build(pages)
    model = contents(source)
    found = editor(source)
    for _ in range(data.draw(st.integers(1, 6))):
        ifd = data.draw(st.sampled_from([each for each in found.structure if len(each.entries) > 1]))
        free = [entry for entry in ifd.entries if entry.tag >= 40_000]
        deed = data.draw(st.sampled_from(["remove", "overwrite", "insert"]))
        text = data.draw(st.binary(min_size=1, max_size=30))
        if deed == "insert":
            tag = data.draw(st.sampled_from([tag for tag in range(50_000, 50_020) if ifd.find(tag) is None]))
            found.insert(ifd, tag, 7, text)
            model[ifd.path, tag] = text
        elif free and deed == "overwrite":
            entry = data.draw(st.sampled_from(free))
            found.overwrite(ifd, entry, 7, text)
            model[ifd.path, entry.tag] = text
        elif free:
            entry = data.draw(st.sampled_from(free))
            found.remove(ifd, entry)
            del model[ifd.path, entry.tag]
    out = written(found)
    assert contents(out) == model
    again = editor(out)
    assert [strips(each, out) for each in again.structure] == [
        strips(each, source) for each in walk(BytesSource(source))
    ]


def strips(ifd: Ifd, data: bytes) -> list[bytes]:
    """The strips of an IFD, read by the tags alone."""
    found = editor(data)
    numbers = []
    for tag in (273, 279):
        entry = ifd.find(tag)
        stored = found.value(entry) if entry is not None else None
        code = "Q" if stored is not None and stored.type == 16 else "I"
        size = 0 if stored is None else len(stored.data) // struct.calcsize("<" + code)
        numbers.append(struct.unpack(f"{ifd.layout.order}{size}{code}", stored.data) if stored is not None else ())
    return [data[start : start + length] for start, length in zip(*numbers, strict=True)]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LAYOUTS), st.data())
def test_damaged_structures_are_edited_rightly_or_refused(layout: tuple[str, bool], data: st.DataObject) -> None:
    source = bytearray(Builder(*layout).build([PAGE, PAGE]))
    for _ in range(data.draw(st.integers(1, 4))):
        source[data.draw(st.integers(8, len(source) - 1))] = data.draw(st.integers(0, 255))
    with suppress(FileError):
        found = editor(bytes(source))
        for deed in data.draw(st.lists(st.sampled_from(["remove", "overwrite", "insert", "drop"]), max_size=5)):
            ifd = data.draw(st.sampled_from(list(found.structure)))
            entry = data.draw(st.sampled_from(ifd.entries)) if ifd.entries else None
            with suppress(FieldError):
                if deed == "drop":
                    found.drop([ifd])
                elif deed == "insert":
                    found.insert(ifd, 50_000, 7, b"inserted here")
                elif entry is not None and deed == "remove":
                    found.remove(ifd, entry)
                elif entry is not None:
                    found.overwrite(ifd, entry, 7, b"overwritten")
        found.zero_orphans()
        written(found)
