"""Public XML files: HL7 CDA documents and fragments, XMP packets, hostile ones."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from deidentikit.errors import FileError
from deidentikit.splice import BytesSource, FileSource
from deidentikit.testing.corpus import corpus_dir
from deidentikit.testing.driving import MemoryOutput, make_plan, new_engine, put
from deidentikit_xml import XmlFile

Edit = Callable[..., bytes]

CORPUS = corpus_dir()
FILES = [] if CORPUS is None else sorted((CORPUS / "xml").iterdir())
REFUSED = {
    "dx_cyclic.xml": "entities",
    "dx_external_file.xml": "entities",
    "dx_xmlbomb.xml": "entities",
    "et_XMP2.xmp": "not-xml",
    "syn_bomb.xml": "entities",
    "syn_deep.xml": "too-deep",
    "syn_doctype.xml": "entities",
    "syn_unclosed.xml": "not-xml",
    "syn_xxe_file.xml": "entities",
    "syn_xxe_param.xml": "entities",
}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CORPUS is None, reason="the corpus is not present"),
]


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_every_file_is_known_and_passes_or_is_refused(path: Path, edit: Edit) -> None:
    data = path.read_bytes()
    if path.name in REFUSED:
        with pytest.raises(FileError) as caught:
            edit(data)
        assert caught.value.reason == REFUSED[path.name]
        return
    assert XmlFile.sniff(data[:4096], "IM_1")
    assert edit(data) == data
    rules = [("//*", "replace-with: X"), ("//@*", "replace-with: Y"), ("//comment()", "remove: yes")]
    after = edit(data, *rules)
    for entry in XmlFile({}).fields(BytesSource(after)):
        if entry.type != "processing instruction" and "xmlns" not in entry.name:
            assert {text.strip() for text in entry.values()} <= {"X", "Y"}, entry.name


def values(data: bytes, *names: str) -> list[str]:
    file_type = XmlFile({})
    with file_type.open(BytesSource(data), file_type.bind((), names)) as document:
        (batch,) = document.batches()
        return [text for name in names for text in batch.original(name)]


def test_a_clinical_document(edit: Edit) -> None:
    assert CORPUS is not None
    before = (CORPUS / "xml" / "cda_Diagnostic_Imaging_Report.xml").read_bytes()
    after = edit(
        before,
        ("//patient/name/*", "replace-with: ANON"),
        ("//patientRole/id/@extension", "hash: yes"),
        ("//birthTime/@value", "increment-date: yes"),
        ("//effectiveTime/@value", "increment-datetime: yes"),
        ("//addr | //telecom", "remove: yes"),
        ("//guardian", "remove: yes"),
        ("/ClinicalDocument/recordTarget//comment()", "remove: yes"),
        options="date-increment: -1",
    )
    assert values(after, "//patient/name/given", "//patient/name/family", "//birthTime/@value") == [
        "ANON",
        "ANON",
        "19541124",
    ]
    assert values(after, "/ClinicalDocument/effectiveTime/@value") == ["20050328171504-0500"]
    assert values(after, "//addr", "//telecom/@value", "//guardian//given") == []
    for gone in (b"Everyman</family>\n\t\t\t\t</name>\n\t\t\t\t<admin", b"NEW CONF", b"555-1212", b"19541125"):
        assert gone not in after
    for kept in (b"<!-- ** CDA Header ** -->", b'<?xml-stylesheet type="text/xsl" href="CDA.xsl"?>', b"Race &amp; E"):
        assert kept in after


def test_one_edit_in_each_clinical_document_leaves_all_other_bytes(edit: Edit) -> None:
    for path in FILES:
        if path.name.startswith("cda_"):
            before = path.read_bytes()
            marked = edit(before, ("//@root", "replace-with: MARK"))
            pieces = marked.split(b'root="MARK"')
            at = 0
            for piece in pieces:
                found = before.find(piece, at)
                assert found >= 0
                at = found + len(piece)
            assert at == len(before)


def test_memory_is_a_small_multiple_of_the_file(tmp_path: Path) -> None:
    note = "seen on the ward " * 50
    record = f'<record id="P{{0}}"><name>Jane Doe {{0}}</name><birth>19700203</birth><note>{note}</note></record>\n'
    path = tmp_path / "export.xml"
    with path.open("w") as stream:
        stream.write("<export>")
        stream.writelines(record.format(number) for number in range(5_000))
        stream.write("</export>")
    plan = make_plan(XmlFile({}), "xml", [("//name", put("X")), ("//@id", put("Y"))])
    with path.open("rb") as stream, MemoryOutput() as output:
        source = FileSource(stream.fileno())
        tracemalloc.start()
        try:
            new_engine().process(plan, source, path.name, output)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 2 * path.stat().st_size
