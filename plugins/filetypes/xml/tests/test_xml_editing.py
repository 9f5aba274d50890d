# ruff: noqa: E501 - one edit a line
"""What rules make of XML: markup around an edit, values, removal, encodings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.etree import ElementTree

import pytest
from deidentikit.errors import FieldError, FileError, ProfileError
from deidentikit.testing.driving import Done

Edit = Callable[..., bytes]
Rules = Sequence[tuple[str, str]]
X = "replace-with: X"
GONE = "remove: yes"
KEEP = "keep: yes"

EDITS: dict[str, tuple[str, Rules, str]] = {
    # text
    "an element's text": ("<a>old</a>", [("/a", X)], "<a>X</a>"),
    "spaces in tags stay": ("<a  b = '1' >old</a >", [("/a", X)], "<a  b = '1' >X</a >"),
    "an empty element": ("<a><b/><c d='1' /></a>", [("/a/b", X), ("/a/c", X)], "<a><b>X</b><c d='1'>X</c></a>"),
    "an element without text": ("<a><b></b></a>", [("/a/b", X)], "<a><b>X</b></a>"),
    "a blank element": ("<a><b>  </b></a>", [("/a/b", X)], "<a><b>X</b></a>"),
    "escapes in text": ("<a>o</a>", [("/a", "replace-with: 'a<b>&\"''c]]>'")], "<a>a&lt;b&gt;&amp;\"'c]]&gt;</a>"),
    "references are resolved": ("<a>x &amp; &#x41;&#66;&lt;&quot;</a>", [("/a", "regex-sub:\n  - input-regex: '(?P<v>x & AB<\")$'\n    output: '{v}+'")], "<a>x &amp; AB&lt;\"+</a>"),
    "a value given back keeps its bytes": ("<a>x &#x41;</a>", [("/a", "regex-sub:\n  - input-regex: (?P<v>.*)\n    output: '{v}'")], "<a>x &#x41;</a>"),
    "no text": ("<a>old<b/></a>", [("/a", "set:")], "<a><b/></a>"),
    "a name twice within": ("<a><b>1</b><b>2</b></a>", [("/a/b", X)], "<a><b>X</b><b>X</b></a>"),
    # mixed content
    "the first run is written, others emptied": ("<p>Jane <b>M.</b> Doe <i/>died</p>", [("/p", X)], "<p>X<b>M.</b><i/></p>"),
    "blank runs stay": ("<p>\n <b>M.</b>\n Doe\n <i>x</i>\n</p>", [("/p", X)], "<p>\n <b>M.</b>X<i>x</i>\n</p>"),
    "text around comments": ("<p>Jane<!-- c -->Doe<?pi x?>!</p>", [("/p", X)], "<p>X<!-- c --><?pi x?></p>"),
    "an element within is left": ("<p>Jane <b>M.</b></p>", [("/p/b", X)], "<p>Jane <b>X</b></p>"),
    "its own text by text()": ("<p>Jane <b>M.</b></p>", [("/p/text()", GONE)], "<p><b>M.</b></p>"),
    "own text and the elements within": ("<p>a<b>c</b></p>", [("//text()", X)], "<p>X<b>X</b></p>"),
    "nothing is made by text()": ("<p><b/> </p>", [("//text()", X)], "<p><b/> </p>"),
    # CDATA
    "CDATA stays CDATA": ("<a><![CDATA[<old>]]></a>", [("/a", "replace-with: <&")], "<a><![CDATA[<&]]></a>"),
    "the end of CDATA is split": ("<a><![CDATA[o]]></a>", [("/a", "replace-with: x]]>y")], "<a><![CDATA[x]]]]><![CDATA[>y]]></a>"),
    "CDATA in the middle": ("<a>\n<![CDATA[o]]>\n</a>", [("/a", X)], "<a>\n<![CDATA[X]]>\n</a>"),
    "CDATA beside text": ("<a>one<![CDATA[two]]></a>", [("/a", X)], "<a>X<![CDATA[]]></a>"),
    "the value of CDATA beside text": ("<a>1<![CDATA[2]]>3</a>", [("/a", "regex-sub:\n  - input-regex: '123$'\n    output: ok")], "<a>ok<![CDATA[]]></a>"),
    "CDATA that is markup": ("<a><![CDATA[<b>old</b>]]><b>1</b></a>", [("//b", X)], "<a><![CDATA[<b>old</b>]]><b>X</b></a>"),
    # attributes
    "an attribute": ('<a b="1" c="2"/>', [("/a/@c", X)], '<a b="1" c="X"/>'),
    "quotes are kept": ("""<a b='1' c="2"/>""", [("/a/@*", "replace-with: \"it's \\\"x\\\" <&\"")], """<a b='it&apos;s "x" &lt;&amp;' c="it's &quot;x&quot; &lt;&amp;"/>"""),
    "a removed attribute takes its space": ('<a  b="1"\n  c = "2" />', [("/a/@c", GONE)], '<a  b="1" />'),
    "all attributes": ('<a xmlns="u" b="1"\tc="2">x</a>', [("//@*", GONE)], '<a xmlns="u">x</a>'),
    "attributes in another order": ('<r><a b="1" c="2"/><a c="2" b="1">t</a></r>', [("//@b", "replace-with: B"), ("//@c", "replace-with: C"), ("//a", X)], '<r><a b="B" c="C">X</a><a c="C" b="B">X</a></r>'),
    "a reference in an attribute": ('<a b="1&#10;2&amp;"/>', [("/a/@b", "regex-sub:\n  - input-regex: \"(?P<v>1\\n2&)$\"\n    output: \"{v}\\n\\t\"")], '<a b="1&#10;2&amp;&#10;&#9;"/>'),
    "a greater-than sign in an attribute": ('<a b="x>y"><c d=\'/>\'/></a>', [("/a/c", X)], '<a b="x>y"><c d=\'/>\'>X</c></a>'),
    "an attribute that is not there": ("<a/>", [("/a/@b", X), ("/a/b", X)], "<a/>"),
    # removal
    "an element with all it holds": ("<a>1<b>2<c d='3'/></b>4</a>", [("//b", GONE)], "<a>14</a>"),
    "an empty element goes": ("<a>1<b/>4<b />5<b></b ></a>", [("//b", GONE)], "<a>145</a>"),
    "empty elements side by side": ("<a><b/><b/><a/></a>", [("/a/b", GONE)], "<a><a/></a>"),
    "an element in one of its name": ("<a><a><a>x</a>y</a>z</a>", [("/a/a", GONE)], "<a>z</a>"),
    "what lies within is not asked": ("<a><b><c>x</c></b></a>", [("//b", GONE), ("//c", "increment-date: yes\ndate-increment-override: 1")], "<a></a>"),
    "the root keeps its name": ("<?p?><a b='1' xmlns:c='u' xmlns=\"v\">x<d/></a><!--e-->", [("/a", GONE)], "<?p?><a xmlns:c='u' xmlns=\"v\"/><!--e-->"),
    "a comment": ("<!--1--><a>x<!-- 2 -->y</a><!--3-->", [("//comment()", GONE)], "<a>xy</a>"),
    "a comment within the document type": ("<!DOCTYPE a [<!--1--><!ELEMENT a ANY><?p 2?>]><a/>", [("//comment()", GONE), ("//processing-instruction()", GONE)], "<!DOCTYPE a [<!ELEMENT a ANY>]><a/>"),
    "a comment that begins like its end": ("<a><!-->b</a>--><!---->c<!--->--></a>", [("//comment()", GONE)], "<a>c</a>"),
    "the text of such a comment": ("<a><!-->b-->c</a>", [("//comment()", X), ("/a", X)], "<a><!--X-->X</a>"),
    "comments of one element": ("<a><!--1--><b><!--2--></b></a>", [("/a/b/comment()", GONE)], "<a><!--1--><b></b></a>"),
    "a comment's text": ("<a><!-- Dr. Ada --></a>", [("a.#comment", X)], "<a><!--X--></a>"),
    "an instruction": ("<a><?note x?><?style y?></a>", [("//processing-instruction('note')", GONE)], "<a><?style y?></a>"),
    "an instruction's data": ("<a><?note  old?><?note?></a>", [("//processing-instruction()", X)], "<a><?note  X?><?note X?></a>"),
    # which rule wins
    "a path before a name before a wildcard before a regex": ("<r><a>1</a><b>2</b><c>3</c><d>4</d><e/></r>", [("re:.*", "replace-with: R"), ("/r/*", "replace-with: W"), ("//b", "replace-with: N"), ("/r/a", "replace-with: P")], "<r><a>P</a><b>N</b><c>W</c><d>W</d><e>W</e></r>"),
    "keep shields": ("<r><a>1</a><b>2</b></r>", [("//*", X), ("r.a", KEEP)], "<r><a>1</a><b>X</b></r>"),
    "text() before its element": ("<r><a b='1'>1</a></r>", [("//a", "replace-with: N"), ("/r/a/text()", X)], "<r><a b='1'>X</a></r>"),
    "a removed element goes for all that": ("<r><a b='1'>1</a></r>", [("//a", GONE), ("/r/a/text()", X), ("/r/a/@b", KEEP)], "<r></r>"),
    # the nine actions
    "hash": ("<a>1</a>", [("/a", "hash: yes")], "<a>6bffc4ef621eab7f</a>"),
    "hashuid": ("<a u='1.2.840.113619.6.283.4.983142589.7316.1300473420.841'/>", [("//@u", "hashuid: yes")], "<a u='2.25.84045509950337208062132447317015575909'/>"),
    "increment-date": ("<a><b v='19541125'/></a>", [("//@v", "increment-date: yes\ndate-increment-override: -3")], "<a><b v='19541122'/></a>"),
    "increment-datetime with an offset": ("<a><b v='20050329171504-0500'/></a>", [("//@v", "increment-datetime: yes\ndate-increment-override: 3")], "<a><b v='20050401171504-0500'/></a>"),
    "a date among spaces": ("<a>\n 2020-02-28\n</a>", [("/a", "increment-date: yes\ndate-increment-override: 2\ndate-format: '%Y-%m-%d'")], "<a>\n 2020-03-01\n</a>"),
    "jitter at its bound": ("<a>70.5</a>", [("/a", "jitter: yes\njitter-min: 80\njitter-max: 80")], "<a>80</a>"),
    "regex-sub with another field": ("<a><b>x-1</b><c>7</c></a>", [("/a/b", "regex-sub:\n  - input-regex: (?P<v>[a-z]).*\n    output: '{v}{a.c}'\n    groups:\n      - name: a.c\n        keep: yes")], "<a><b>x7</b><c>7</c></a>"),
    "set": ("<a><b/><c>1</c></a>", [("//b", "set: '2'"), ("//c", "set: ''"), ("//d", "set: '3'")], "<a><b>2</b><c></c></a>"),
}  # fmt: skip


@pytest.mark.parametrize("case", EDITS, ids=list(EDITS))
def test_edit(case: str, edit: Edit) -> None:
    before, rules, after = EDITS[case]
    assert edit(before, *rules).decode() == after


def test_lines_keep_their_ends(edit: Edit) -> None:
    before = b'<?xml version="1.0"?>\r\n<a>\r\n <b>x\r\ny</b>\r\n</a>\r\n'
    found = edit(before, ("/a/b", 'regex-sub:\n  - input-regex: "(?P<v>x\\ny)$"\n    output: "{v}\\r!"'))
    assert found == before.replace(b"x\r\ny", b"x\ny&#13;!")


@pytest.mark.parametrize(
    ("encoding", "codec", "spelled"),
    [
        ("UTF-8", "utf-8", "Ж\U0001f600é"),
        ("UTF-16", "utf-16", "Ж\U0001f600é"),
        ("utf-16", "utf-16-be", "Ж\U0001f600é"),
        ("ISO-8859-1", "latin-1", "&#1046;&#128512;é"),
        ("windows-1251", "cp1251", "Ж&#128512;&#233;"),
        ("US-ASCII", "ascii", "&#1046;&#128512;&#233;"),
    ],
)
def test_encodings(encoding: str, codec: str, spelled: str, edit: Edit) -> None:
    def text(value: str, other: str = "?") -> bytes:
        form = '<?xml version="1.0" encoding="{}"?>\n<a b="{}">{}<c><![CDATA[d]]></c>{}</a>'
        mark = "\ufeff" if codec == "utf-16-be" else ""
        return (mark + form.format(encoding, value, other, other)).encode(codec)

    rules = [("//@b", "replace-with: 'Ж\U0001f600é'"), ("//c/text()", KEEP)]
    assert edit(text("old"), *rules) == text(spelled)
    after = edit(text("old"), ("//c", "replace-with: 'Ж\U0001f600é'"), ("/a", "replace-with: '\U0001f600'"))
    root = ElementTree.fromstring(after)
    assert (root.text, root[0].text, root[0].tail) == ("\U0001f600", "Ж\U0001f600é", None)
    assert b"CDATA".decode().encode(codec).removeprefix(b"\xff\xfe") in after


def test_offsets_behind_wide_characters(edit: Edit) -> None:
    before = "<r ü='𝄞'><!--𝄞--><ä>é𝄞</ä><b>𝄞é</b>𝄞</r>"
    after = "<r ü='𝄞'><!--𝄞--><b>X</b>𝄞</r>"
    rules = [("//ä", GONE), ("//b", X)]
    assert edit(before, *rules).decode() == after
    assert edit(before.encode("utf-16"), *rules).decode("utf-16") == after


def test_a_long_tag_and_a_long_text(edit: Edit) -> None:
    many = " ".join(f'a{number}="{"v" * 90}"' for number in range(5000))
    before = f"<r {many}>{'t' * 300_000}<b/></r>"
    assert edit(before, ("/r/@a4999", X), ("/r", X)).decode() == (
        f"<r {many}>".replace(f'a4999="{"v" * 90}"', 'a4999="X"') + "X<b/></r>"
    )


@pytest.mark.parametrize(
    ("options", "after", "effects"),
    [
        ("remove-comments: yes", "<?a?><r><?b?>xy<n/></r>", {"remove-comments": 3}),
        ("remove-processing-instructions: yes", "<!--1--><r>x<!--2-->y<n><!--3--></n></r>", {"remove-processing-instructions": 2}),
        ("remove-comments: no", "<!--1--><?a?><r><?b?>x<!--2-->y<n><!--3--></n></r>", {}),
    ],
)  # fmt: skip
def test_options(options: str, after: str, effects: dict[str, int], edit_section: Callable[..., Done]) -> None:
    done = edit_section("<!--1--><?a?><r><?b?>x<!--2-->y<n><!--3--></n></r>", options)
    assert done.data.decode() == after.replace("<n/>", "<n></n>")
    assert done.outcome.effects == effects


def test_options_spare_what_rules_reach(edit: Edit) -> None:
    before = "<!--1--><r><!--2--><n><!--3--></n>t<m/></r>"
    rules = [("/comment()", KEEP), ("/r/comment()", X), ("//n", GONE), ("//m", X)]
    assert edit(before, *rules, options="remove-comments: yes").decode() == "<!--1--><r><!--X-->t<m>X</m></r>"


@pytest.mark.parametrize(
    ("before", "rule", "reason"),
    [
        ("<a><b><c>secret</c></b></a>", ("/a/b", "hash: yes"), "wrong-kind"),
        ("<a><b><c>secret</c></b></a>", ("/a/b", X), "wrong-kind"),
        ("<a><b> <c/> </b></a>", ("re:a.b$", "hash: yes"), "wrong-kind"),
        ("<a>secret</a>", ("/a", "increment-date: yes\ndate-increment-override: 1"), "wrong-kind"),
        ("<a>secret</a>", ("/a", "jitter: yes"), "wrong-kind"),
        ("<a><!--secret--></a>", ("//comment()", "replace-with: a--b"), "wrong-kind"),
        ("<a><?secret secret?></a>", ("//processing-instruction()", "replace-with: a?>b"), "wrong-kind"),
        ("<?xml version='1.0' encoding='ascii'?><a><!--secret--></a>", ("//comment()", "replace-with: é"), "charset"),
        ("<a>secret</a>", ("/a", "regex-sub:\n  - input-regex: (?P<v>s)\n    output: \"{v}\\b\""), "charset"),
    ],
)  # fmt: skip
def test_refused_fields(before: str, rule: tuple[str, str], reason: str, edit: Edit) -> None:
    with pytest.raises(FieldError) as caught:
        edit(before, rule)
    assert caught.value.reason == reason
    assert caught.value.path.startswith("/")
    assert "secret" not in str(caught.value).replace("instruction('secret')", "")


def test_an_element_whose_elements_have_rules_needs_no_text(edit: Edit) -> None:
    before = "<a>\n <b><c>1</c><d>1</d></b>\n</a>"
    after = "<a>\n <b><c>6bffc4ef621eab7f</c><d>1</d></b>\n</a>"
    assert edit(before, ("//b", "hash: yes"), ("//c", "hash: yes"), ("//d", KEEP)).decode() == after


@pytest.mark.parametrize(
    ("on_error", "after"),
    [("remove", "<a><c>20200102</c>x</a>"), ("empty", "<a><b></b><b></b><c>20200102</c>x</a>")],
)
def test_on_error(on_error: str, after: str, edit: Edit) -> None:
    before = "<a><b>Jane</b><b><d>Doe</d></b><c>20200101</c>x</a>"
    rules = [
        (name, f"increment-date: yes\ndate-increment-override: 1\non-error: {on_error}") for name in ("//b", "//c")
    ]
    assert edit(before, *rules).decode() == after


def test_profile_texts_that_no_xml_can_hold(edit: Edit) -> None:
    with pytest.raises(ProfileError, match="XML cannot hold"):
        edit("<a/>", ("/a", 'replace-with: "a\\u0007"'))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not-xml"),
        (b"<a>", "not-xml"),
        (b"<a/><b/>", "not-xml"),
        (b"<a b='1' b='2'/>", "not-xml"),
        (b"<a>\xff</a>", "not-xml"),
        (b"\x89PNG\r\n\x1a\n", "not-xml"),
        ("<a/>".encode("utf-32"), "not-xml"),
        (b"<a>&who;</a>", "entities"),
        (b'<!DOCTYPE a [<!ENTITY w "secret">]><a>&w;</a>', "entities"),
        (b'<!DOCTYPE a [<!ENTITY w SYSTEM "file:///etc/hostname">]><a/>', "entities"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]><a/>', "entities"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a>&who;</a>', "entities"),
        (b"<a>" * 501 + b"</a>" * 501, "too-deep"),
        (b'<?xml version="1.0" encoding="shift_jis"?><a/>', "encoding"),
        (b'<?xml version="1.0" encoding="unicode_escape"?><a/>', "encoding"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "encoding"),
        (b'<?xml version="1.0" encoding="UTF-16"?><a/>', "encoding"),
        (b'\xef\xbb\xbf<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "encoding"),
        (b"<a>" + b"".join(b"<a%d/>" % number for number in range(70_000)) + b"</a>", "too-complex"),
    ],
)
def test_refused_files(data: bytes, reason: str, edit: Edit) -> None:
    with pytest.raises(FileError) as caught:
        edit(data, ("//a", X))
    assert caught.value.reason == reason
    assert "secret" not in str(caught.value)


def test_a_document_type_without_entities_stays(edit: Edit) -> None:
    before = '<!DOCTYPE a PUBLIC "-//X//Y" "http://127.0.0.1:9/x.dtd" [<!ELEMENT a ANY><!ATTLIST a b CDATA #IMPLIED>]><a b="1">t</a>'
    assert edit(before, ("/a/@b", X)).decode() == before.replace('"1"', '"X"')


def test_defaults_of_attributes_are_out_of_reach(edit: Edit) -> None:
    before = '<!DOCTYPE a [<!ATTLIST a k CDATA "secret">]><a>t</a>'
    assert edit(before, ("/a", X)).decode() == before.replace(">t<", ">X<")
    for name in ("/a/@k", "//@*", "/a[@k='1']", "re:b"):
        with pytest.raises(FileError) as caught:
            edit(before, (name, X))
        assert caught.value.reason == "attribute-default"


def test_large_files_are_refused(edit: Edit) -> None:
    with pytest.raises(FileError) as caught:
        edit(b"<a>" + b" " * (1 << 20) + b"</a>", options="max-size: 1")
    assert caught.value.reason == "too-large"


def test_names_of_outputs_follow_edits(edit_section: Callable[..., Done]) -> None:
    before = "<s><id>1</id><n>Jane</n><n>Ada</n><g>x</g></s>"
    done = edit_section(
        before,
        """
        fields:
          - name: //id
            hash: yes
          - name: s.g
            remove: yes
        filenames:
          - input-regex: .*
            output: '{s.id}_{//n}_{s.g|none}.xml'
        """,
    )
    assert done.outcome.output == "6bffc4ef621eab7f_Jane_Ada_none.xml"


def test_equal_values_elsewhere_are_counted(edit: Edit, edit_section: Callable[..., Done]) -> None:
    before = "<r><a>MRN00123</a><b c='MRN00123'>MRN00123</b><!-- MRN00123 --><d>\n MRN00123 </d><e>MRN001234</e></r>"
    for rule in ("/r/a", "/r/b/@c"):
        for action in ("remove: yes", "replace-with: x"):
            done = edit_section(before, f"fields:\n  - name: {rule}\n    {action}")
            assert done.outcome.residual == 4
    done = edit_section(before, "fields:\n  - name: //b\n    remove: yes\n  - name: //d\n    keep: yes")
    assert done.outcome.residual == 2
    assert edit_section(before).outcome.residual == 0
