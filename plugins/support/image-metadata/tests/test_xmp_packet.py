"""XMP packets are edited where a property stands; everything else keeps its bytes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from deidentikit.errors import FieldError, FileError
from deidentikit.kinds import Form, Kind, Moment
from deidentikit.testing.corpus import corpus_dir
from deidentikit_image_metadata import extension
from deidentikit_image_metadata.xmp import Packet, Property
from hypothesis import given, settings
from hypothesis import strategies as st

TEXT = Form(Kind.TEXT)
NATIVE = Form(Kind.NATIVE)
PADDING = b" " * 200
SOURCE = b"""<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<!-- made by hand -->
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Toolkit">
 <r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
  <r:Description r:about="uuid:1985" xmp:CreateDate="2020-01-02T03:04:05+01:00"
    xmlns:pure='http://purl.org/dc/elements/1.1/' xmp:CreatorTool = 'Jane&apos;s "tool"'>
   <pure:creator><r:Seq><r:li>Jane Doe</r:li><r:li>John Doe</r:li></r:Seq></pure:creator>
   <pure:title><r:Alt><r:li xml:lang="x-default">A &amp; B</r:li><r:li xml:lang="de">A und B</r:li></r:Alt></pure:title>
   <pure:source><![CDATA[The <ward>]]></pure:source>
   <pure:rights/>
   <xmp:BaseURL r:resource="http://hospital.example/jane"/>
   <xmp:Rating>5</xmp:Rating>
   <mm:History xmlns:mm="http://ns.adobe.com/xap/1.0/mm/" xmlns:ev="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#">
    <r:Seq>
     <r:li r:parseType="Resource"><ev:action>saved</ev:action><ev:when>2020-01-03T10:00</ev:when></r:li>
     <r:li ev:action="closed" ev:when="2020-01-04"/>
    </r:Seq>
   </mm:History>
   <own:Field xmlns:own="http://own.example/"><r:Description><r:value>Bed 7</r:value><own:ward>West</own:ward>
   </r:Description></own:Field>
  </r:Description>
 </r:RDF>
</x:xmpmeta>
"""
PACKET = SOURCE + PADDING + b"\n<?xpacket end='w'?>"


def only(packet: Packet, name: str) -> Property:
    (found,) = packet.find(name)
    return found


def texts(data: bytes) -> dict[str, list[object]]:
    return {each.path: list(each.texts) for each in Packet(data).properties}


def test_properties_go_by_the_prefixes_that_everybody_knows() -> None:
    assert texts(PACKET) == {
        "rdf:about": ["uuid:1985"],
        "xmp:CreateDate": ["2020-01-02T03:04:05+01:00"],
        "xmp:CreatorTool": ['Jane\'s "tool"'],
        "dc:creator": ["Jane Doe", "John Doe"],
        "dc:title": ["A & B", "A und B"],
        "dc:source": ["The <ward>"],
        "dc:rights": [],
        "xmp:BaseURL": ["http://hospital.example/jane"],
        "xmp:Rating": ["5"],
        "xmpMM:History": [],
        "xmpMM:History[1]/stEvt:action": ["saved"],
        "xmpMM:History[1]/stEvt:when": ["2020-01-03T10:00"],
        "xmpMM:History[2]/stEvt:action": ["closed"],
        "xmpMM:History[2]/stEvt:when": ["2020-01-04"],
        "own:Field": ["Bed 7"],
        "own:Field/own:ward": ["West"],
    }


def test_no_edit_changes_no_byte() -> None:
    packet = Packet(PACKET)
    for each in packet.properties:
        if not each.structured:
            each.write(each.texts, TEXT)
    assert not packet.changed
    assert packet.to_bytes() == PACKET


@pytest.mark.parametrize("path", list(texts(PACKET)))
@pytest.mark.parametrize("text", ["X", "", "Much longer than it was, with <tags>, & \"both\" 'quotes' and ö"])
def test_replacing_one_property_keeps_length_and_the_others(path: str, text: str) -> None:
    packet = Packet(PACKET)
    (found,) = (each for each in packet.properties if each.path == path)
    before = texts(PACKET)
    if path == "xmpMM:History":
        with pytest.raises(FieldError, match="wrong-kind"):
            found.write(["a", "b", "c"], NATIVE)
        return
    found.write([text], NATIVE)
    out = packet.to_bytes()
    assert len(out) == len(PACKET)
    after = texts(out)
    if path == "rdf:about" and not text:
        del before[path]
    else:
        before[path] = [text] if text else []
    assert after == before


@pytest.mark.parametrize("path", list(texts(PACKET)))
def test_removing_one_property_keeps_the_others(path: str) -> None:
    packet = Packet(PACKET)
    (found,) = (each for each in packet.properties if each.path == path)
    found.remove()
    out = packet.to_bytes()
    assert len(out) == len(PACKET)
    kept = {
        each: value
        for each, value in texts(PACKET).items()
        if each != path and not each.startswith((f"{path}/", f"{path}["))
    }
    assert texts(out) == kept


def test_items_can_become_fewer_and_more() -> None:
    packet = Packet(PACKET)
    only(packet, "DC:Creator").write(["A", "B", "C & D"], NATIVE)
    only(packet, "dc:title").write(["One for all"], NATIVE)
    out = texts(packet.to_bytes())
    assert out["dc:creator"] == ["A", "B", "C & D"]
    assert out["dc:title"] == ["One for all"]


def test_an_edit_within_a_removed_property_is_gone_with_it() -> None:
    packet = Packet(PACKET)
    for when in packet.find("stEvt:when"):
        when.write(["2019-01-01"], NATIVE)
    only(packet, "xmpMM:History").remove()
    assert b"History" not in packet.to_bytes()
    assert b"2019" not in packet.to_bytes()


def test_dates_keep_zone_and_precision() -> None:
    packet = Packet(PACKET)
    form = Form(Kind.DATETIME, "%Y:%m:%d %H:%M:%S")
    created = only(packet, "xmp:CreateDate")
    assert created.read(form) == [Moment(2020, 1, 2, 3, 4, 5)]
    created.write([Moment(2019, 12, 16, 3, 4, 5)], form)
    first, second = packet.find("stEvt:when")
    assert first.read(Form(Kind.DATE)) == [Moment(2020, 1, 3, 10, 0)]
    second.write([Moment(2019, 12, 18)], form)
    out = texts(packet.to_bytes())
    assert out["xmp:CreateDate"] == ["2019-12-16T03:04:05+01:00"]
    assert out["xmpMM:History[2]/stEvt:when"] == ["2019-12-18"]


def test_a_packet_without_padding_changes_its_length() -> None:
    packet = Packet(SOURCE + b"<?xpacket end='w'?>")
    only(packet, "xmp:Rating").write(["Much longer than it was"], NATIVE)
    assert texts(packet.to_bytes())["xmp:Rating"] == ["Much longer than it was"]


def test_trailing_zeros_stay() -> None:
    packet = Packet(PACKET + bytes(3))
    only(packet, "xmp:Rating").remove()
    assert packet.to_bytes().endswith(b"?>" + bytes(3))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "xmp-malformed"),
        (PACKET[:400], "xmp-malformed"),
        (PACKET.decode().encode("utf-16"), "xmp-malformed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', "xmp-entities"),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "xmp-entities"),
        (b"<a>" * 200, "xmp-limit"),
        (b"<a x:b='c'/>", "xmp-malformed"),
    ],
)
def test_what_is_not_understood_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(FileError) as caught:
        Packet(data)
    assert caught.value.reason == reason


def test_characters_that_xml_cannot_hold_are_refused() -> None:
    with pytest.raises(FieldError, match="charset"):
        only(Packet(PACKET), "xmp:Rating").write(["\x01"], NATIVE)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=8), st.integers(0, len(PACKET)), st.integers(0, 8))
def test_damaged_packets_are_read_or_refused(piece: bytes, at: int, length: int) -> None:
    data = PACKET[:at] + piece + PACKET[at + length :]
    with suppress(FileError):
        packet = Packet(data)
        for each in packet.properties:
            each.remove()
        assert not any(each.texts for each in Packet(packet.to_bytes()).properties)


def test_extended_xmp_is_joined_edited_and_split_again() -> None:
    data = PACKET + b" " * 150_000
    parts = extension.split(data)
    assert [len(part.data) for part in parts] == [65_000, 65_000, len(data) - 130_000]
    read = [extension.read_part(part.to_bytes()) for part in reversed(parts)]
    assert extension.join(read) == data
    assert {part.guid for part in read} == {extension.guid_of(data)}
    for wrong in (parts[1:], [*parts, parts[0]], []):
        with pytest.raises(FileError, match="xmp-extension"):
            extension.join(wrong)
    with pytest.raises(FileError, match="xmp-extension"):
        extension.read_part(extension.NAMESPACE + b"short")


@pytest.mark.corpus
def test_an_extension_of_a_real_photograph() -> None:
    corpus = corpus_dir()
    if corpus is None:
        pytest.skip("the corpus is not present")
    data = (corpus / "jpeg" / "et_ExtendedXMP.jpg").read_bytes()
    parts = []
    at = data.find(extension.NAMESPACE)
    while at >= 0:
        length = int.from_bytes(data[at - 2 : at], "big")
        parts.append(extension.read_part(data[at : at - 2 + length]))
        at = data.find(extension.NAMESPACE, at + 1)
    start = data.index(b"http://ns.adobe.com/xap/1.0/\0")
    main = data[start + 29 : start - 2 + int.from_bytes(data[start - 2 : start], "big")]
    named = extension.pointer(Packet(main))
    assert named is not None
    guid = str(named.texts[0]).encode()
    whole = extension.join(part for part in parts if part.guid == guid)
    assert extension.guid_of(whole) == guid
    assert Packet(whole).properties
