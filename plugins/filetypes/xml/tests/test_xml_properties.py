"""Arbitrary documents under arbitrary edits, with ElementTree as the referee; damaged files."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import attrs
import pytest
from deidentikit.errors import FileError
from deidentikit.splice import BytesSource
from deidentikit.testing.corpus import corpus_dir
from deidentikit_xml import XmlFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Edit = Callable[..., bytes]
Tree = ElementTree.Element

QUICK = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = st.sampled_from(["a", "b", "c", "x:a", "é"])
SPACE = st.sampled_from([" ", "  ", "\n", "\t "])
TEXTS = st.text(st.sampled_from("ab \n<>&'\"]é𝄞\t"), max_size=6)
VALUES = st.sampled_from(["NEW", "", "<é>&", "]]>", " '\"\n", "𝄞"])


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    """An element with its own white space, references, comments and instructions."""
    name = draw(NAMES)
    attributes = draw(st.dictionaries(st.sampled_from(["k", "m", "x:k"]), TEXTS, max_size=3))
    spelled = "".join(f"{draw(SPACE)}{key}={_quoted(value)}" for key, value in attributes.items())
    pieces = draw(st.lists(_pieces(depth), max_size=4))
    if not pieces and draw(st.booleans()):
        return f"<{name}{spelled}{draw(st.sampled_from(['', ' ']))}/>"
    return f"<{name}{spelled}>{''.join(pieces)}</{name}{draw(st.sampled_from(['', ' ']))}>"


def _quoted(value: str) -> str:
    return quoteattr(value).replace("\n", "&#10;").replace("\t", "&#9;")


def _pieces(depth: int) -> st.SearchStrategy[str]:
    single = [TEXTS.map(escape), st.sampled_from(["<!--c-->", "<!---->", "<!-->-->", "<?p d?>", "<?p?>", "&#65;&amp;"])]
    return st.one_of(*single, elements(depth - 1)) if depth else st.one_of(*single)


DOCUMENTS = elements().map(lambda text: text.replace(">", ' xmlns:x="urn:x">', 1) if _is_open(text) else text)
ENCODINGS = st.sampled_from(["utf-8", "utf-16"])


def _is_open(text: str) -> bool:
    return "x:" in text and "/>" not in text.partition(">")[0] + ">" and "&gt;" not in text.partition(">")[0]


def parsed(data: bytes) -> Tree:
    builder = ElementTree.TreeBuilder(insert_comments=True, insert_pis=True)
    return ElementTree.fromstring(data, ElementTree.XMLParser(target=builder))


def readable(data: bytes) -> bool:
    try:
        parsed(data)
    except ElementTree.ParseError:
        return False  # a prefix that is not bound: ElementTree cannot judge it
    return True


def plain(node: Tree) -> object:
    """A tree as values that can be compared."""
    kind = node.tag if isinstance(node.tag, str) else node.tag.__name__
    children = [(plain(child), child.tail or "") for child in node]
    return kind, dict(node.attrib), node.text or "", children


@attrs.frozen
class Target:
    """A part of a tree: an element, its attribute, or a comment."""

    path: str
    node: Tree
    parent: Tree | None
    key: str | None = None


def targets(node: Tree, path: str, parent: Tree | None = None) -> Iterator[Target]:
    yield Target(path, node, parent)
    if not isinstance(node.tag, str):
        return
    for key in node.attrib:
        yield Target(f"{path}/@{key.replace('{urn:x}', 'x:')}", node, parent, key)
    counts: Counter[str] = Counter()
    for child in node:
        if child.tag is ElementTree.ProcessingInstruction:
            continue
        step = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else "comment()"
        counts[step] += 1
        yield from targets(child, f"{path}/{step}[{counts[step]}]", node)


def write(target: Target, value: str) -> None:
    """What a text of the profile makes of a part, as the README says."""
    node = target.node
    if target.key is not None:
        node.set(target.key, value)
        return
    if not isinstance(node.tag, str):
        node.text = value
        return
    runs = [node.text or "", *(child.tail or "" for child in node)]
    told = [at for at, run in enumerate(runs) if run.strip()] or [0]
    for at in told:
        runs[at] = value if at == told[0] else ""
    node.text = runs[0]
    for child, run in zip(node, runs[1:], strict=True):
        child.tail = run


def remove(target: Target) -> None:
    node, parent = target.node, target.parent
    if target.key is not None:
        node.attrib.pop(target.key, None)
    elif parent is None:
        tag, tail = node.tag, node.tail
        node.clear()
        node.tag, node.tail = tag, tail
    else:
        at = list(parent).index(node)
        if at:
            parent[at - 1].tail = (parent[at - 1].tail or "") + (node.tail or "")
        else:
            parent.text = (parent.text or "") + (node.tail or "")
        parent.remove(node)


def holds_elements_alone(node: Tree) -> bool:
    runs = [node.text or "", *(child.tail or "" for child in node)]
    return any(isinstance(child.tag, str) for child in node) and not "".join(runs).strip()


@QUICK
@given(text=DOCUMENTS, encoding=ENCODINGS, data=st.data())
def test_one_edit_does_what_it_says_and_nothing_else(text: str, encoding: str, data: st.DataObject, edit: Edit) -> None:
    before = text.encode(encoding)
    if not readable(before):
        return
    tree = parsed(before)
    every = [
        target
        for target in targets(tree, "/*")
        if target.key is not None or not isinstance(target.node.tag, str) or not holds_elements_alone(target.node)
    ]
    if not every:
        return
    target = data.draw(st.sampled_from(every))
    value = data.draw(VALUES | st.none())
    if value is None:
        after = edit(before, (target.path, "remove: yes"))
        remove(target)
    else:
        if target.key is None and not isinstance(target.node.tag, str) and "-" in value:
            return
        quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        after = edit(before, (target.path, f'set: "{quoted}"'))
        write(target, value)
    assert plain(parsed(after)) == plain(tree)
    start = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), 0)
    assert text.encode(encoding)[:start] == after[:start]


@QUICK
@given(text=DOCUMENTS, encoding=ENCODINGS)
def test_taking_everything_out_leaves_the_root(text: str, encoding: str, edit: Edit) -> None:
    before = text.encode(encoding)
    after = parsed(edit(before, ("//*", "remove: yes"))) if readable(before) else None
    if after is not None:
        assert plain(after) == (after.tag, {}, "", [])


@QUICK
@given(text=DOCUMENTS, options=st.sampled_from(["", "remove-comments: yes\nremove-processing-instructions: yes"]))
def test_masking_everything_leaves_no_value(text: str, options: str, edit: Edit) -> None:
    before = text.encode()
    names = ("//*", "//@*", "//comment()") if not options else ("//*", "//@*")
    after = edit(before, *((name, "hash: yes") for name in names), options=options)
    if not readable(before):
        return
    for node in parsed(after).iter():
        texts = [node.text or "", *(child.tail or "" for child in node)] if isinstance(node.tag, str) else []
        for value in [*texts, *node.attrib.values()]:
            assert not value.strip() or len(value.strip()) == 16


@QUICK
@given(text=DOCUMENTS)
def test_listed_names_reach_their_values(text: str) -> None:
    file_type = XmlFile({})
    source = BytesSource(text.encode())
    listed = {entry.name: [value.strip() for value in entry.values()] for entry in file_type.fields(source)}
    with file_type.open(source, file_type.bind((), listed)) as document:
        (batch,) = document.batches()
        for name, values in listed.items():
            if "[" not in name and "(" not in name and not name.endswith("#text"):
                assert {*values} <= {value.strip() for value in batch.original(name)}


REASONS = {"not-xml", "entities", "encoding", "too-deep"}
RULES = [
    ("//*", "hash: yes"),
    ("/*/*[2]", "remove: yes"),
    ("//@*", "replace-with: x"),
    ("re:.*b$", "set: y"),
    ("//comment()", "remove: yes"),
]


def ending(data: bytes, edit: Edit) -> str:
    """``done`` for an output that reads as XML, or the reason of a refusal."""
    try:
        after = edit(data, *RULES)
    except FileError as error:
        return error.reason
    list(XmlFile({}).fields(BytesSource(after)))
    return "done"


@settings(max_examples=80, deadline=None)
@given(data=st.binary(max_size=40) | DOCUMENTS.map(str.encode))
def test_any_bytes_end_in_an_output_or_a_refusal(data: bytes, edit: Edit) -> None:
    assert ending(data, edit) in {"done", "wrong-kind", *REASONS}


CORPUS = corpus_dir()
PIECES = (
    b"",
    b"<",
    b">",
    b"/",
    b"&",
    b"&#0;",
    b'"',
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"<?x?>",
    b"\xff",
    b"\0",
    b"a",
)


@pytest.mark.corpus
@pytest.mark.skipif(CORPUS is None, reason="the corpus is not present")
def test_mutations_of_the_corpus(edit: Edit) -> None:
    """Seeded damage: an output that reads as XML, or a refusal with a reason; never anything else."""
    assert CORPUS is not None
    files = sorted(path for path in (CORPUS / "xml").iterdir() if path.stat().st_size < 3000)
    draw = random.Random(20200229)
    ends: Counter[str] = Counter()
    for _ in range(500):
        data = bytearray(draw.choice(files).read_bytes())
        for _ in range(draw.randint(1, 2)):
            at = draw.randrange(len(data) + 1)
            data[at : at + draw.randint(0, 2)] = draw.choice(PIECES)
        ends[ending(bytes(data), edit)] += 1
    assert set(ends) <= {"done", "wrong-kind", *REASONS}
    assert ends["done"] > 50
    assert ends["not-xml"] > 50
