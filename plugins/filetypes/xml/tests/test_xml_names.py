"""How fields are named: XPath, dotted names, regular expressions, and what a listing offers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import xmltodict
from deidentikit.errors import FileError
from deidentikit.filetype import Named, Rank
from deidentikit.splice import BytesSource
from deidentikit_xml import XmlFile

Edit = Callable[..., bytes]

DOCUMENT = """<?xml version="1.0"?>
<!--c0-->
<study xmlns="urn:hl7-org:v3" xmlns:x="urn:x">
  <patient id="p1" x:id="p2"><name use="L"><given>g1</given><given>g2</given><family>f1</family></name></patient>
  <x:patient id="p3"><name><given>g3</given></name></x:patient>
  <visit n="1"><site>s1</site><code c="A"/><!--c1--></visit>
  <visit n="2"><site>s2</site><note>n1 <b>b1</b></note></visit>
  <visit n="10"><site>s3</site><site>s4</site><?pi d1?></visit>
  <site>s5</site>
</study>
"""

XPATHS = {
    "/study/patient/name/given": "g1 g2 g3",
    "/study/x:patient/name/given": "g3",
    "/study/y:patient/name/given": "",
    "/study/*:patient/@id": "p1 p3",
    "/study/x:*/@id": "p3",
    "/patient": "",
    "//given": "g1 g2 g3",
    "//patient//given": "g1 g2 g3",
    "/study//site": "s1 s2 s3 s4 s5",
    "./site": "s5",
    ".//visit/site": "s1 s2 s3 s4",
    "./visit/../site": "s5",
    "//given/..": "",
    "//family/../given": "g1 g2",
    "/study/visit/*": "s1 s2 n1 s3 s4",
    "/*/*/name/*": "g1 g2 f1 g3",
    "/study/visit[1]/site": "s1",
    "/study/visit[last()]/site": "s3 s4",
    "/study/visit[last()-1]/site": "s2",
    "/study/visit[4]/site": "",
    "//given[1]": "g1 g3",
    "//site[2]": "s4",
    "//visit[position()>1]/site[1]": "s2 s3",
    "//visit[@n='2']/site": "s2",
    '//visit[@n="2"]/@n': "2",
    "//visit[@n!='2']/@n": "1 10",
    "//visit[@n>1]/@n": "2 10",
    "//visit[@n<=2]/@n": "1 2",
    "//visit[site='s4']/@n": "10",
    "//visit[site]/@n": "1 2 10",
    "//visit[not(note)]/@n": "1 10",
    "//visit[code/@c='A']/site": "s1",
    "//visit[code[@c='A']]/site": "s1",
    "//visit[note/b='b1' and @n]/site": "s2",
    "//visit[note or code]/@n": "1 2",
    "//visit[(note or code) and @n='1']/@n": "1",
    "//*[.='s5']": "s5",
    "//site[contains(., '3') or starts-with(., 's4')]": "s3 s4",
    "//visit[count(site)=2]/@n": "10",
    "//*[local-name()='patient']/@id": "p1 p3",
    "//*[name()='x:patient']/@id": "p3",
    "//visit[@n='2'][1]/site": "s2",
    "//visit[site][2]/@n": "2",
    "//site[text()='s2']": "s2",
    "//note[normalize-space()='n1 b1']/b": "b1",
    "//note[string-length(b)=2]/b": "b1",
    "//@id": "p1 p3",
    "//@x:id": "p2",
    "//@*:id": "p1 p2 p3",
    "//patient/@*": "p1 p2 p3",
    "//name/@use | //visit/@n": "L 1 2 10",
    "//note/text()": "n1",
    "//note//text()": "n1 b1",
    "//comment()": "c0 c1",
    "/comment()": "c0",
    "/study/visit/comment()": "c1",
    "//processing-instruction()": "d1",
    "//processing-instruction('pi')": "d1",
    "//processing-instruction('other')": "",
    "/child::study/child::visit[1]/child::site": "s1",
    "/descendant::site[1]": "s1",
    "//b/ancestor::visit/@n": "2",
    "//b/ancestor-or-self::b": "b1",
    "//code/following-sibling::comment()": "c1",
    "//visit[@n='1']/following-sibling::visit[1]/@n": "2",
    "//visit[@n='10']/preceding-sibling::visit[1]/@n": "2",
    "//visit/self::visit/attribute::n": "1 2 10",
    "//given/parent::name/@use": "L",
    "//site[../@n='2']": "s2",
    "//visit[/study/site='s5']/site[1]": "s1 s2 s3",
    "//visit[true()]/@n": "1 2 10",
    "//visit[false()]/@n": "",
}


def values(data: str, name: str) -> list[str]:
    """The original values of what a name reaches."""
    file_type = XmlFile({})
    with file_type.open(BytesSource(data.encode()), file_type.bind((), [name])) as document:
        (batch,) = document.batches()
        return [text.strip() for text in batch.original(name)]


@pytest.mark.parametrize("xpath", XPATHS)
def test_xpath(xpath: str) -> None:
    assert values(DOCUMENT, xpath) == XPATHS[xpath].split()


@pytest.mark.parametrize(
    ("spelled", "reached"),
    [(" 10\n", True), ("10.0", True), ("-10", False), ("1e1", False), ("1_0", False), ("+10", False), ("10 0", False)],
)
def test_a_text_is_a_number_as_xpath_spells_them(spelled: str, reached: bool) -> None:
    found = values(f"<a><v><n>{spelled}</n><w>Jane</w></v><v><n>infinity</n><w>Joe</w></v></a>", "//v[n=10]/w")
    assert found == (["Jane"] if reached else [])


DOTTED = {
    "study.patient.name.family": "f1",
    "study.patient.name.given": "g1 g2 g3",
    "study.patient.name.given.1": "g2",
    "study.patient.1.name.given": "g3",
    "study.x:patient.name.given.0": "g3",
    "study.visit.site": "s1 s2 s3 s4",
    "study.visit.1.site": "s2",
    "study.visit.1.site.0": "s2",
    "study.visit.*.site": "s1 s2 s3 s4",
    "study.visit.2.*": "10 s3 s4",
    "study.*.site": "s1 s2 s3 s4 s5",
    "*.site": "s5",
    "study.visit.@n": "1 2 10",
    "study.visit.0.@n": "1",
    "study.x:patient.@id": "p3",
    "study.patient.0.@x:id": "p2",
    "study.visit.note.#text": "n1",
    "study.visit.#comment": "c1",
    "study.visit.0.#comment.0": "c1",
    "#comment": "c0",
    "study": "",
    "study.visit.3.site": "",
}


@pytest.mark.parametrize("name", DOTTED)
def test_dotted_name(name: str) -> None:
    assert values(DOCUMENT, name) == DOTTED[name].split()


REGEXES = {
    r".*given": "g1 g2 g3",
    r".*\.patient\.0\.name\.given\.1": "g2",
    r"study\.patient\.name\.given$": "g1 g2",
    r"study\.visit\.\d+\.site": "s1 s2 s3 s4",
    r"study\.visit\.2\..*": "s3 s4",
    r".*@id$": "p1 p3",
    r".*:id$": "p2",
    r"site": "",
    r".*note\.#text$": "n1",
    r".*#comment": "c0 c1",
    r".*xmlns": "",
}


@pytest.mark.parametrize("regex", REGEXES)
def test_regex(regex: str, edit: Edit) -> None:
    after = edit(DOCUMENT, (f"re:{regex}", "replace-with: GONE")).decode()
    gone = sorted(value for value in TELLING if value not in after)
    assert gone == sorted(REGEXES[regex].split())


TELLING = "g1 g2 g3 f1 s1 s2 s3 s4 s5 n1 b1 c0 c1 p1 p2 p3".split()


def test_another_separator(edit: Edit) -> None:
    before = "<a.b><c>1</c><c>2</c></a.b>"
    assert edit(before, ("a.b|c|1", "replace-with: X"), options="separator: '|'").decode() == (
        "<a.b><c>1</c><c>X</c></a.b>"
    )


@pytest.mark.parametrize("separator", ["", "*", "/", "a@"])
def test_separators_that_cannot_be(separator: str) -> None:
    with pytest.raises(ValueError, match="separator"):
        XmlFile({"separator": separator})


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "/", "//", "./", ".//", "/a/", "/a//", "/a[", "/a]", "/a[]", "/a[@]", "/a[1", "/a b", "/a/b c"),
        *("/@a/b", "/a/text()/b", "/a/@b[1]", "/a/text()[1]", "/a[foo()]", "/a[last(1)]", "/a[count(1)]", "/a[']"),
        *("/nowhere::a", "/a|", "/a[contains(b)]", "/{urn:x}a", "/a[" + "(" * 100, "/a/$b", "/1a", "/a:b:c"),
        *(
            "a b",
            "a/b",
            "a..b",
            ".a",
            "a.",
            "a.@",
            "@a",
            "#text",
            "a.#text.b",
            "a.@b.c",
            "0",
            "a.*.0",
            "a.@b.0",
            "a.-1",
        ),
        *("*." * 8 + "a", "a[1]"),
    ],
)
def test_names_that_cannot_be(name: str) -> None:
    with pytest.raises(ValueError, match=r"is no|not under|index|asterisks|names no"):
        XmlFile({}).compile(Named(name=name))


def test_a_regex_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="has no"):
        XmlFile({}).compile(Named(regex="("))


@pytest.mark.parametrize(
    ("name", "rank"),
    [
        ("/a/b", Rank.EXACT),
        ("/a/b[2]/@c", Rank.EXACT),
        ("./b", Rank.EXACT),
        ("a.b.0.@c", Rank.EXACT),
        ("//b", Rank.NAME),
        ("/a//@c", Rank.NAME),
        ("//b[@c='*']/text()", Rank.NAME),
        ("//b/ancestor::c", Rank.NAME),
        ("/a/*", Rank.WILDCARD),
        ("/a/@*", Rank.WILDCARD),
        ("//*[local-name()='b']", Rank.WILDCARD),
        ("//x:*", Rank.WILDCARD),
        ("//text()", Rank.WILDCARD),
        ("//comment()", Rank.WILDCARD),
        ("/a/b | //c", Rank.NAME),
        ("a.*.b", Rank.WILDCARD),
    ],
)
def test_rank(name: str, rank: Rank) -> None:
    selector = XmlFile({}).compile(Named(name=name))
    assert selector.rank is rank
    assert not selector.insertable


def test_one_path_in_two_spellings_is_one_selector() -> None:
    file_type = XmlFile({})
    spellings = ["/a/b[2]/@c", " /a/b[ 2 ]/@c", "/child::a/b[2]/attribute::c", "a.b.1.@c"]
    assert len({file_type.compile(Named(name=name)).identity for name in spellings}) == 1


def listing(data: str, **options: object) -> dict[str, tuple[str, tuple[str, ...]]]:
    found = XmlFile(options).fields(BytesSource(data.encode()))
    return {entry.name: (entry.type, tuple(entry.values())) for entry in found}


def test_listing() -> None:
    assert listing("<!--c--><r a='1'><b>x</b><b>y</b><c k='2'>z<!--d--></c><e/><?p q?></r>") == {
        "/comment()": ("comment", ("c",)),
        "r.@a": ("attribute", ("1",)),
        "r.b.0": ("element", ("x",)),
        "r.b.1": ("element", ("y",)),
        "r.c.@k": ("attribute", ("2",)),
        "/r/c/comment()": ("comment", ("d",)),
        "r.c.#text": ("text", ("z",)),
        "r.e": ("element", ()),
        "/r/processing-instruction('p')": ("processing instruction", ("q",)),
    }


def test_listing_of_names_that_hold_the_separator() -> None:
    found = listing("<r><a.b c.d='1' e='2'><f>3</f></a.b><g>4</g></r>")
    assert found["/r/a.b/@c.d"] == found["/r/a.b/@c.d"] == ("attribute", ("1",))
    assert found["/r/a.b/f"] == ("element", ("3",))
    assert found["r.g"] == ("element", ("4",))
    for name, (_, shown) in found.items():
        assert tuple(values("<r><a.b c.d='1' e='2'><f>3</f></a.b><g>4</g></r>", name)) == shown


def test_listed_names_reach_what_they_show() -> None:
    for name, (_, shown) in listing(DOCUMENT).items():
        assert tuple(values(DOCUMENT, name)) == tuple(text.strip() for text in shown)


def flat(value: object, path: str) -> dict[str, str | None]:
    """The leaves of what xmltodict makes of a file, by dotted path."""
    if isinstance(value, dict):
        return {key: leaf for name, child in value.items() for key, leaf in flat(child, f"{path}.{name}").items()}
    if isinstance(value, list):
        return {key: leaf for at, child in enumerate(value) for key, leaf in flat(child, f"{path}.{at}").items()}
    return {path.removeprefix("."): str(value) if value is not None else None}


def test_listed_names_are_those_of_xmltodict() -> None:
    data = DOCUMENT.replace("x:patient", "person")
    found = listing(data)
    listed = {
        name: shown[0].strip() if shown else None for name, (_, shown) in found.items() if not name.startswith("/")
    }
    assert listed == flat(xmltodict.parse(data), "")


def test_a_listing_refuses_what_a_run_refuses() -> None:
    with pytest.raises(FileError) as caught:
        list(XmlFile({}).fields(BytesSource(b"<a>&who;</a>")))
    assert caught.value.reason == "entities"


@pytest.mark.parametrize(
    ("head", "is_xml"),
    [
        (b"<?xml version='1.0'?>", True),
        (b"\xef\xbb\xbf <a/>", True),
        ("\ufeff<a b='é'/>".encode("utf-16-le"), True),
        ("<a/>".encode("utf-16-be"), True),
        (b"<!-- x --><?y?>\n<a:b c='d", True),
        (b"<!DOCTYPE a []>", True),
        (b"<!DOCTYPE html><html>", False),
        (b"<html lang='en'>", False),
        (b"< a", False),
        (b"a<b>", False),
        (b"<1>", False),
        (b"<a\x00>", False),
        (b"{}", False),
        (b"", False),
        (b"<!--" + b"-->" * 1300, False),
    ],
)
def test_signature(head: bytes, is_xml: bool) -> None:
    assert XmlFile.sniff(head, "IM_1") is is_xml
