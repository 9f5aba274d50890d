"""What rules reach and what they leave, in every format of keys and values."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from deidentikit.errors import FileError, ProfileError
from deidentikit.filetype import Named, Rank
from deidentikit.testing.driving import Done
from deidentikit_key_value import KeyValueFile

Edit = Callable[..., Done]

METAIO = """ObjectType = Image
NDims = 3
PatientName = Doe^Jane
PatientID = MRN00123
StudyDate = 20200220
Stamp = 20200220101530.500000
UID = 1.2.840.113619.6.283.4.983142589.7316.1300473420.841
Weight = 70.5
DimSize = 4 4 2
ElementType = MET_SHORT
ElementDataFile = knee.raw
"""
INI = """; operator Ada
[Patient]
Name = Syntheticus
ID=SYN-1

[Scan]
Name = head
Date : 2021-03-17
path = C:\\data\\SYN-1
"""
BRUKER = """##TITLE=Parameter List, NoSuch 1.0
##JCAMPDX=4.24
##OWNER=synth
$$ Wed Mar 17 10:11:12 2021
$$ /opt/PV/data/SYN-1/method
##$SUBJECT_name=( 64 )
<Syntheticus^Perpetua>
##$SUBJECT_ids=( 2, 8 )
<SYN-1> <SYN-2>
##$PVM_Matrix=( 2 )
128 128
##$Weight=70.5
##END=
"""
PAR = """# === DATA DESCRIPTION FILE ==================\r
#\r
# Dataset name: E:\\\\Export\\\\Doe_15_1\r
#\r
# CLINICAL TRYOUT             Research image export tool     V4.2\r
#\r
.    Patient name                       :   Doe, Jane\r
.    Examination date/time              :   2014.09.18 / 12:00:01\r
.    MTC               <0=no 1=yes> ?   :   0\r
#  slice number                             (integer)\r
  1   1  -1.5  8.85639e-004\r
"""
SIEMENS = """<ParamString."tPatientName"> { "Doe^Jane" }
<ParamMap."DICOM">
{
  <ParamString."Birth">
  {
    "19700203"
  }
  <ParamLong."Count"> { 3 }
}
### ASCCONV BEGIN ###
tProtocolName\t=\t""Doe special""
lScans = 0x10
### ASCCONV END ###
"""
NRRD = """NRRD0004
# by Ada
type: short
dimension: 1
encoding: raw
patient:=Doe
content: head of Doe

"""


def changed(before: str | bytes, after: bytes) -> list[str]:
    """The lines of the output that the input does not have."""
    old = (before.encode() if isinstance(before, str) else before).splitlines()
    return [line.decode("latin-1") for line in after.splitlines() if line not in old]


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("name: PatientName\n    replace-with: ANON", "PatientName = ANON"),
        ("name: PatientName\n    set: other name", "PatientName = other name"),
        ("name: PatientID\n    hash: yes", "PatientID = e8f4ae1f5f7f60b5"),
        ("name: UID\n    hashuid: yes", r"UID = 2\.25\.[0-9]+"),
        ("name: StudyDate\n    increment-date: yes", "StudyDate = 20200203"),
        ("name: Stamp\n    increment-datetime: yes", r"Stamp = 20200203101530\.500000"),
        ("name: Weight\n    jitter: yes", r"Weight = [67][0-9]\.[0-9]+"),
        (
            "name: PatientName\n    regex-sub:\n      - input-regex: (?P<last>.*)\\^.*\n"
            "        output: '{last}, {NDims}'\n        groups:\n          - name: NDims",
            "PatientName = Doe, 3",
        ),
    ],
    ids="replace-with set hash hashuid increment-date increment-datetime jitter regex-sub".split(),
)
def test_each_action_edits_its_line_alone(edit: Edit, rule: str, line: str) -> None:
    after = edit(METAIO, f"date-increment: -17\nfields:\n  - {rule}\n").data
    (found,) = changed(METAIO, after)
    if "hash: yes" in rule:
        assert re.fullmatch("PatientID = [0-9a-f]{16}", found)
    else:
        assert re.fullmatch(line.replace("^", r"\^"), found)
    assert len(after.splitlines()) == len(METAIO.splitlines())


def test_remove_takes_the_line_with_its_end(edit: Edit) -> None:
    after = edit(METAIO.replace("\n", "\r\n"), "fields:\n  - name: PatientName\n    remove: yes").data
    assert after.decode() == METAIO.replace("\n", "\r\n").replace("PatientName = Doe^Jane\r\n", "")


def test_an_emptied_value_keeps_key_and_delimiter(edit: Edit) -> None:
    after = edit("a :  x  \nb = 1\n", "fields:\n  - name: a\n    set:").data
    assert after == b"a :    \nb = 1\n"


def test_spacing_line_ends_and_missing_final_newline_stay(edit: Edit) -> None:
    text = "\ufeff a=1  \r\n\tb :\t2 \rc= 3"
    after = edit(text, "fields:\n  - regex: '[abc]'\n    replace-with: z").data
    assert after.decode() == "\ufeff a=z  \r\n\tb :\tz \rc= z"


def test_a_new_key_comes_last_in_the_files_own_style(edit: Edit) -> None:
    section = "fields:\n  - name: Added\n    replace-with: new\n  - name: More\n    set: x"
    assert edit("a: 1\r\nb: 2", section).data == b"a: 1\r\nb: 2\r\nAdded: new\r\nMore: x"
    assert edit("a=1\n\n# end\n", section).data == b"a=1\nAdded=new\nMore=x\n\n# end\n"
    assert edit("", section).data == b"Added = new\nMore = x\n"
    assert edit(METAIO, section).data.decode() == METAIO + "Added = new\nMore = x\n"
    assert b"\r\n.    Added                              :   new\r\n" in edit(PAR, section).data
    absent = "fields:\n  - name: Added\n    replace-with: new\n    replace-with-insert: no"
    assert edit(METAIO, absent).data.decode() == METAIO


def test_a_new_key_of_a_section_comes_into_the_section(edit: Edit) -> None:
    keys = ("Patient.Sex", "New.Key", "New.Other", "Last")
    section = "fields:\n" + "".join(f"  - name: {key}\n    set: v\n" for key in keys)
    assert edit(INI, section).data.decode() == (
        INI.replace("ID=SYN-1\n", "ID=SYN-1\nSex=v\n") + "Last = v\n[New]\nKey = v\nOther = v\n"
    )


def test_no_key_is_made_that_would_read_as_another(edit: Edit) -> None:
    for name in ("a=b", "'[x]'", "a: b"):
        with pytest.raises(FileError, match="wrong-kind"):
            edit("x = 1\n", f"fields:\n  - name: {name!r}\n    set: v".replace('"', ""))


def test_nothing_is_made_for_patterns_comments_and_indexes(edit: Edit) -> None:
    for name in ("name: 'Pat*'", "regex: Pat", "name: '#'", "name: $$.1", "name: a.1"):
        assert edit("a = 1\n", f"fields:\n  - {name}\n    replace-with: v").data == b"a = 1\n"


def test_sections_name_keys_and_a_plain_key_reaches_all(edit: Edit) -> None:
    after = edit(INI, "fields:\n  - name: Patient.Name\n    replace-with: A\n  - name: Name\n    replace-with: B").data
    assert changed(INI, after) == ["Name = A", "Name = B"]
    after = edit(INI, "fields:\n  - name: Name.1\n    replace-with: B").data
    assert changed(INI, after) == ["Name = B"]
    after = edit(INI, "fields:\n  - name: 'Patient.*'\n    remove: yes").data
    assert after.decode() == INI.replace("Name = Syntheticus\nID=SYN-1\n", "")


def test_repeated_keys_are_told_apart_by_index(edit: Edit) -> None:
    text = "ID=1\nID=2\nID =3\n"
    assert edit(text, "fields:\n  - name: ID.1\n    replace-with: x").data == b"ID=1\nID=x\nID =3\n"
    assert edit(text, "fields:\n  - name: ID\n    replace-with: x").data == b"ID=x\nID=x\nID =x\n"
    assert edit(text, "fields:\n  - name: ID\n    remove: yes\n  - name: ID.2\n    keep: yes").data == b"ID =3\n"


def test_keys_count_case_and_patterns_reach_many(edit: Edit) -> None:
    text = "Name = a\nname = b\nPatName = c\n"
    assert edit(text, "fields:\n  - name: name\n    remove: yes").data == b"Name = a\nPatName = c\n"
    assert edit(text, "fields:\n  - name: '*Name'\n    remove: yes").data == b"name = b\n"
    assert edit(text, "fields:\n  - regex: (?i)name\n    remove: yes").data == b"PatName = c\n"
    assert edit(text, "fields:\n  - name: '*'\n    remove: yes").data == b""


def test_ranks_follow_the_form_of_a_name() -> None:
    compiled = KeyValueFile({}).compile
    ranks = [compiled(Named(name=name)).rank for name in ("Patient.Name", "Name", "Na*")]
    assert [*ranks, compiled(Named(regex="N")).rank] == [Rank.EXACT, Rank.NAME, Rank.WILDCARD, Rank.REGEX]
    for name in ("", "  ", "a\nb", "\ud800"):
        with pytest.raises(ValueError, match="one line"):
            compiled(Named(name=name))


def test_the_first_delimiter_counts(edit: Edit) -> None:
    text = "URL=http://x?a=b\nPath : C:\\x = y\nkey:=v\n"
    after = edit(text, "fields:\n  - regex: .*\n    replace-with: z").data
    assert after == b"URL=z\nPath : z\nkey:=z\n"


def test_a_vector_is_one_value(edit: Edit) -> None:
    after = edit(METAIO, "fields:\n  - name: DimSize\n    replace-with: 1 1 1").data
    assert changed(METAIO, after) == ["DimSize = 1 1 1"]
    with pytest.raises(FileError, match="wrong-kind"):
        edit(METAIO, "fields:\n  - name: DimSize\n    jitter: yes")


def test_local_data_stays_byte_for_byte(edit: Edit) -> None:
    data = bytes(range(256)) * 3 + b"\nPatientName = in the data\r\n"
    head = METAIO.replace("knee.raw", "LOCAL").encode()
    section = (
        "fields:\n  - name: PatientName\n    set: X\n  - name: Added\n    set: new\n  - name: '*'\n    remove: yes"
    )
    after = edit(head + data, section, "a.mha").data
    assert after.endswith(b"ElementType = MET_SHORT\nAdded = new\nElementDataFile = LOCAL\n" + data)
    assert b"PatientName = X\n" in after
    assert b"MRN00123" not in after


def test_files_that_a_header_lists_are_values_of_its_key(edit: Edit) -> None:
    text = METAIO.replace("knee.raw", "LIST") + "Doe_1=a.raw\nDoe_2.raw\n"
    after = edit(text, "fields:\n  - name: ElementDataFile.2\n    set: x.raw\n  - name: New\n    set: n").data
    assert after.decode() == METAIO.replace("ElementDataFile = knee.raw", "New = n\nElementDataFile = LIST") + (
        "Doe_1=a.raw\nx.raw\n"
    )


def test_nrrd_fields_keys_and_data(edit: Edit) -> None:
    data = b"\x00\xff\npatient:=in the data\n\n"
    section = "fields:\n  - name: patient\n    set: X\n  - name: content\n    remove: yes\n  - name: site\n    set: B2"
    after = edit(NRRD.encode() + data, section + "\nremove-comments: yes").data
    assert (
        after
        == NRRD.replace("# by Ada\n", "")
        .replace("patient:=Doe\ncontent: head of Doe\n", "patient:=X\nsite:=B2\n")
        .encode()
        + data
    )


def test_a_detached_nrrd_header_is_text_to_its_end(edit: Edit) -> None:
    text = NRRD.rstrip("\n") + "\ndata file: LIST\nDoe_1.raw\nDoe_2.raw\n"
    after = edit(text, "fields:\n  - name: data file.1\n    set: x.raw").data
    assert after.decode() == text.replace("Doe_1.raw", "x.raw")


@pytest.mark.parametrize("name", ["$SUBJECT_name", "'##$SUBJECT_name'", "SUBJECT_name", "$subject-NAME", "$SUB*name"])
def test_bruker_texts_keep_size_and_brackets(edit: Edit, name: str) -> None:
    after = edit(BRUKER, f"fields:\n  - name: {name}\n    set: X").data
    assert after.decode() == BRUKER.replace("Syntheticus^Perpetua", "X")


def test_bruker_texts_of_several_values(edit: Edit) -> None:
    after = edit(BRUKER, "fields:\n  - name: $SUBJECT_ids\n    regex-sub:\n      - input-regex: SYN-(?P<n>.)\n"
                         "        output: subject {n}").data  # fmt: skip
    assert after.decode() == BRUKER.replace("( 2, 8 )\n<SYN-1> <SYN-2>", "( 2, 10 )\n<subject 1> <subject 2>")


def test_records_of_several_lines_go_as_one(edit: Edit) -> None:
    text = "##TITLE=x\n##OWNER= Doe  $$ by Ada\n Jane\n$$ note\n more\n\n##DATE=2021\n##END=\n"
    gone = edit(text, "fields:\n  - name: OWNER\n    remove: yes").data
    assert gone == b"##TITLE=x\n$$ note\n\n##DATE=2021\n##END=\n"
    new = edit(text, "fields:\n  - name: owner\n    set: X").data
    assert new == b"##TITLE=x\n##OWNER= X  $$ by Ada\n$$ note\n\n##DATE=2021\n##END=\n"


def test_title_and_end_of_a_block_stay(edit: Edit) -> None:
    assert edit(BRUKER, "fields:\n  - name: '*'\n    remove: yes").data == b"##TITLE=\n##END=\n"


def test_jcamp_comments_by_index_and_by_option(edit: Edit) -> None:
    after = edit(BRUKER, "fields:\n  - name: $$.0\n    remove: yes\n  - name: $$\n    set: X").data
    assert after.decode() == BRUKER.replace("$$ Wed Mar 17 10:11:12 2021\n$$ /opt/PV/data/SYN-1/method", "$$ X")
    done = edit("##TITLE=x $$ a\n##= b\n$$ c\n##END=\n", "remove-comments: yes")
    assert done.data == b"##TITLE=x\n##END=\n"
    assert done.outcome.effects == {"remove-comments": 3}


def test_a_rule_shields_a_comment(edit: Edit) -> None:
    text = "# a: b\n; c\n// d\nx = 1\n"
    assert edit(text, "remove-comments: yes").data == b"x = 1\n"
    shielded = "remove-comments: yes\nfields:\n  - name: ;\n    keep: yes\n  - name: '#.0'\n    set: e"
    assert edit(text, shielded).data == b"# e\n; c\nx = 1\n"


def test_a_key_within_a_comment_has_a_name(edit: Edit) -> None:
    after = edit(PAR, "fields:\n  - name: '# Dataset name'\n    set: X").data
    assert changed(PAR, after) == ["# Dataset name: X"]


def test_par_keys_stand_behind_a_full_stop(edit: Edit) -> None:
    section = """
        date-increment: -17
        datetime-format: '%Y.%m.%d / %H:%M:%S'
        fields:
          - name: Patient name
            hash: yes
          - name: Examination date/time
            increment-datetime: yes
          - name: MTC <0=no 1=yes> ?
            set: 1
    """
    found = changed(PAR, edit(PAR, section, "a.par").data)
    assert re.fullmatch(r"\.    Patient name                       :   [0-9a-f]{16}", found[0])
    assert found[1:] == [
        ".    Examination date/time              :   2014.09.01 / 12:00:01",
        ".    MTC               <0=no 1=yes> ?   :   1",
    ]


def test_siemens_texts_keep_their_quotes(edit: Edit) -> None:
    section = """
        date-increment: 1
        fields:
          - name: tPatientName
            set: X
          - name: DICOM.Birth
            increment-date: yes
          - name: Count
            jitter: yes
            jitter-type: int
          - name: tProtocolName
            set: '"Y"'
          - name: tMore
            set: text
    """
    with pytest.raises(FileError, match="charset"):
        edit(SIEMENS, section, "a.cfg")
    after = edit(SIEMENS, section.replace("'\"Y\"'", "Y"), "a.cfg").data.decode()
    assert '<ParamString."tPatientName"> { "X" }\n' in after
    assert '  {\n    "19700204"\n  }\n' in after
    assert re.search(r'<ParamLong."Count"> \{ [0-9]+ \}', after)
    assert 'tProtocolName\t=\t""Y""\n' in after
    assert 'lScans = 0x10\ntMore = ""text""\n### ASCCONV END' in after


def test_a_siemens_block_goes_whole(edit: Edit) -> None:
    after = edit(SIEMENS, "fields:\n  - name: DICOM\n    remove: yes\n  - name: Birth\n    hash: yes", "a.cfg").data
    head, _, rest = SIEMENS.partition('<ParamMap."DICOM">')
    assert after.decode() == head + rest.partition("\n}\n")[2]


def test_an_empty_siemens_block_takes_a_value(edit: Edit) -> None:
    after = edit('<ParamString."a"> { }\n<ParamLong."b"> {}\n', "fields:\n  - regex: .\n    set: 1", "a.cfg").data
    assert after == b'<ParamString."a"> { "1" }\n<ParamLong."b"> { 1 }\n'.replace(b'{ "1" }', b'{ "1"  }')


def test_quoted_values(edit: Edit) -> None:
    section = "fields:\n  - regex: .*\n    set: X"
    assert edit('a = "Doe"\nb = \'Doe\'\nc = "a" "b"\n', section).data == b"a = \"X\"\nb = 'X'\nc = X\n"


def test_indented_lines_continue_a_value(edit: Edit) -> None:
    text = "[a]\nnote = line one\n   line two Doe\nx=1\n"
    assert edit(text, "fields:\n  - name: note\n    remove: yes").data == b"[a]\nx=1\n"
    assert edit(text, "fields:\n  - name: note\n    set: n").data == b"[a]\nnote = n\nx=1\n"
    listed = "Verification:\\\nImplicit,Doe\n"
    assert edit(listed, "fields:\n  - name: Verification\n    remove: yes").data == b""


@pytest.mark.parametrize("text", ["note = one\n   time: Doe\n", "note = one\\\ntime: Doe\n"])
def test_lines_that_may_belong_to_an_edited_value_have_to_be_named(edit: Edit, text: str) -> None:
    assert edit(text, "fields:\n  - name: time\n    set: x").data == text.replace("Doe", "x").encode()
    for action in ("remove: yes", "set: x", "hash: yes"):
        with pytest.raises(FileError, match="ambiguous-line"):
            edit(text, f"fields:\n  - name: note\n    {action}")
    assert edit(text, "fields:\n  - regex: .*\n    remove: yes").data == b""


def test_other_encodings(edit: Edit) -> None:
    text = "Name = Müller\r\nSite = Köln\r\n"
    for name in ("latin-1", "cp1252", "utf-16-be", "utf-16", "UTF-8"):
        raw = text.encode(name)
        done = edit(raw, f"encoding: {name}\nfields:\n  - name: Name\n    set: Böhm")
        assert done.data == text.replace("Müller", "Böhm").encode(name)
    raw = "Name = 山田\nSite = 東京\n".encode("shift_jis")
    done = edit(raw, "encoding: shift_jis\nfields:\n  - name: Name\n    set: 鈴木")
    assert done.data == "Name = 鈴木\nSite = 東京\n".encode("shift_jis")


def test_what_the_encoding_cannot_hold_is_refused(edit: Edit) -> None:
    with pytest.raises(FileError, match="charset"):
        edit("Name = x\n", "encoding: latin-1\nfields:\n  - name: Name\n    set: 山田")


@pytest.mark.parametrize("name", ["utf-7", "hz", "iso2022_jp", "cp037", "base64", "no-such", "idna", "rot13"])
def test_encodings_that_cannot_be_edited_are_profile_errors(edit: Edit, name: str) -> None:
    with pytest.raises(ProfileError, match="encoding"):
        edit("a = 1\n", f"encoding: {name}")


@pytest.mark.parametrize("delimiter", ["\\s*", "x?", "("])
def test_delimiters_that_match_nothing_are_profile_errors(edit: Edit, delimiter: str) -> None:
    with pytest.raises(ProfileError):
        edit("a = 1\n", f"delimiter: '{delimiter}'")


def test_values_of_several_lines_are_profile_errors(edit: Edit) -> None:
    with pytest.raises(ProfileError, match="one line"):
        edit("a = 1\n", 'fields:\n  - name: a\n    set: "x\\ny"')


@pytest.mark.parametrize(
    ("data", "options", "reason", "line"),
    [
        (b"Name = Doe\nDoe Jane\n", "", "bad-line", 2),
        (b"Name = Doe\n\n# x\n= Doe\n", "", "bad-line", 4),
        (b"Name=Doe\n", "delimiter: ' = '", "bad-line", 1),
        (b"##TITLE=Doe\n##JUNK Doe\n", "", "bad-line", 2),
        (b"Doe\n##TITLE=Doe\n", "", "bad-line", 1),
        (b"a = 1\r\nName = D\xf6e\r\n", "", "undecodable", 2),
        (b"\xef\xbb\xbfName = Doe\n", "encoding: latin-1", "undecodable", 1),
        ("Name = Doe\n".encode("utf-16-le"), "encoding: utf-16", "undecodable", None),
        (b"a = 1\nName = D\x00e\n", "", "not-text", 2),
        ("Name = Doe\n".encode("utf-16"), "", "not-text", None),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "ignore-bad-lines: yes", "not-text", 2),
        (b'{"Name": "Doe"}', "ignore-bad-lines: yes", "not-key-value", None),
        (b'<?xml version="1.0"?>\n<a b="Doe"/>', "", "not-key-value", None),
        (b'a = 1\n<ParamString."Name"> { "Doe"\n', "", "unparsed-region", 2),
        (b"Name = Doe\n" * 200_000, "max-size: 1", "too-large", None),
    ],
)
def test_what_is_not_understood_is_refused_without_its_text(
    edit: Edit, data: bytes, options: str, reason: str, line: int | None
) -> None:
    with pytest.raises(FileError) as caught:
        edit(data, f"{options}\nfields:\n  - name: Name\n    set: X")
    assert caught.value.reason == reason
    assert "Doe" not in str(caught.value)
    if line is not None:
        assert f"line {line} " in str(caught.value)


def test_bad_lines_may_be_passed_over(edit: Edit) -> None:
    text = "Name = Doe\n# a remark\n\nNoSeparatorLine\n##x\n"
    after = edit(text, "ignore-bad-lines: yes\nfields:\n  - name: Name\n    set: X").data
    assert after.decode() == text.replace("Doe", "X")
    text = "stray\n##TITLE=x\n##no equals\n##END=\n"
    assert edit(text, "ignore-bad-lines: yes\nfields:\n  - name: TITLE\n    set: y").data.decode() == text.replace(
        "x", "y"
    )


def test_equal_values_elsewhere_are_counted(edit: Edit) -> None:
    done = edit(
        "Name = Jane Doe\nNote = Jane Doe\n# Jane Doe\n# by: Jane Doe\n", "fields:\n  - name: Name\n    hash: yes"
    )
    assert done.outcome.residual == 3


def test_results_that_no_line_can_hold_are_refused(edit: Edit) -> None:
    rule = "fields:\n  - name: {}\n    regex-sub:\n      - input-regex: (?P<x>[\\s\\S]*)\n        output: {!r}"
    with pytest.raises(FileError, match="wrong-kind"):
        edit("a = 1\n  2\n", rule.format("a", "{x} more"))
    with pytest.raises(FileError, match="charset"):
        edit(BRUKER, rule.format("OWNER", "a $$ b"))
    with pytest.raises(FileError, match="charset"):
        edit(BRUKER, rule.format("$SUBJECT_name", "a > b"))


def test_a_dos_end_mark_stays(edit: Edit) -> None:
    assert edit("a = 1\n\x1a", "fields:\n  - name: b\n    set: 2").data == b"a = 1\nb = 2\n\x1a"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (METAIO, True),
        (NRRD, True),
        (BRUKER, True),
        ("$$ by Ada\n##TITLE= x\n", True),
        (PAR, True),
        ("### ASCCONV BEGIN ###\n", True),
        (INI, False),
        ("a,b\n1,2\n", False),
        ("## Title = heading\n", False),
        ("", False),
    ],
)
def test_only_formats_with_a_mark_are_known_by_content(head: str, expected: bool) -> None:
    assert KeyValueFile.sniff(head.encode(), "x") is expected


def test_sections_without_blank_lines_between(edit: Edit) -> None:
    text = "[a]\nx = 1\n[[b]]\nx = 2\n[c] ; note\nx = 3"
    after = edit(text, "fields:\n  - name: b.x\n    set: y\n  - name: a.new\n    set: z").data
    assert after.decode() == text.replace("2", "y").replace("x = 1\n", "x = 1\nnew = z\n")


def test_data_behind_records_is_refused(edit: Edit) -> None:
    with pytest.raises(FileError, match="unparsed-region"):
        edit("##TITLE=x\nElementDataFile = LOCAL\n##OWNER=Doe\n##END=\n", "remove-comments: yes")


def test_a_key_that_announces_data_keeps_its_value(edit: Edit) -> None:
    text = METAIO.replace("knee.raw", "LOCAL") + "data"
    with pytest.raises(FileError, match="required"):
        edit(text, "fields:\n  - name: ElementDataFile\n    set: x.raw")
    assert edit(text, "fields:\n  - name: ElementDataFile\n    remove: yes").data == text.encode()
