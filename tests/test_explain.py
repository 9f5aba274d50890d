"""What `explain` tells a reviewing committee: whole, in the right order, without secrets, on one safe page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from deidentikit import Profile, Registry, UsageError, explain, load_profile, parse_profile
from deidentikit.cli import main
from deidentikit.explanation import FORMATS
from deidentikit.explanation.model import SectionExplained, State
from deidentikit.identifiers import SAFE_HARBOR
from deidentikit.splice import FileSource

ROOT = Path(__file__).parents[1]
PROFILE = ROOT / "examples" / "profile.yml"
KEY = ROOT / "examples" / "demo.key"
SECRET = "pepper-and-salt-4711"
WITHOUT_A_KEY = f"""
name: old-habits
unmatched: copy
dicom:
  salt: {SECRET}
  date-increment: -17
  on-error: remove
  fields:
    - regex: .*Date
      increment-date: yes
    - name: PatientID
      hash: yes
    - name: PatientBirthDate
      keep: yes
    - name: (0010,xx10)
      remove: yes
    - name: OtherPatientIDsSequence.0.PatientID
      remove: yes
    - name: PatientID
      remove: yes
csv:
  salt: {SECRET}
  fields:
    - name: birth_date
      hash: yes
    - name: height
      jitter: yes
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.from_installed()


@pytest.fixture(scope="module")
def example(registry: Registry) -> Profile:
    return load_profile(PROFILE, registry, key_file=KEY)


@pytest.fixture(scope="module")
def habits(registry: Registry) -> Profile:
    return parse_profile(WITHOUT_A_KEY, registry, source="/secret/folder/habits.yml")


def section(profile: Profile, name: str, *, keyed: bool | None = None) -> SectionExplained:
    return next(each for each in explain(profile, keyed=keyed).sections if each.name == name)


def spots(profile: Profile, name: str) -> str:
    return "\n".join(f"{spot.text} {spot.lines}" for spot in section(profile, name).weak_spots)


def said(profile: Profile, style: str, *, keyed: bool | None = None) -> str:
    return FORMATS[style](explain(profile, keyed=keyed))


class Page(HTMLParser):
    """The tags, addresses and texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "data", "srcset")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("style", FORMATS)
def test_the_example_is_explained_on_the_terminal_and_in_a_file(
    style: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["explain", str(PROFILE), "--key-file", str(KEY), "--format", style]
    assert main(command) == 0
    shown = capsys.readouterr().out
    assert main([*command, "--output", str(tmp_path / "page")]) == 0
    assert capsys.readouterr().out == ""
    assert (tmp_path / "page").read_text("utf-8") == shown
    plain = Page(shown).text if style == "html" else shown.replace("\\", "")
    for word in ("example-study", "Section dicom", "Section filename", "ANONYMOUS", "Everything that no rule names"):
        assert word in plain
    assert all(title in re.sub(r"\s+", " ", plain) for letter, title in SAFE_HARBOR.items() if letter in "ADGHR")


def test_text_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(PROFILE), "--key-file", str(KEY)]) == 0
    text = capsys.readouterr().out
    assert text.lstrip().startswith("What the profile example-study does\n===")
    assert all(len(line) <= 110 for line in text.splitlines())


def test_a_profile_with_mistakes_is_reported_as_ever(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("dicom:\n  fields:\n    - name: PatientNam\n      remove: yes\n")
    assert main(["explain", str(wrong), "--output", str(tmp_path / "page")]) == 2
    assert "line 3" in capsys.readouterr().err
    assert not (tmp_path / "page").exists()


def test_a_shift_per_subject_needs_the_key_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(PROFILE)]) == 2
    assert "--key-file" in capsys.readouterr().err


def test_the_profile_is_not_overwritten_and_a_bad_place_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.yml"
    mine.write_text("json:\n")
    assert main(["explain", str(mine), "--output", str(mine)]) == 2
    assert mine.read_text() == "json:\n"
    assert main(["explain", str(mine), "--output", str(tmp_path / "none" / "page")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_rules_stand_in_the_order_of_precedence(habits: Profile) -> None:
    rules = section(habits, "dicom").rules
    assert [(rule.names, rule.manner) for rule in rules] == [
        ("OtherPatientIDsSequence.0.PatientID", "place"),
        ("PatientID", "name"),
        ("PatientBirthDate", "name"),
        ("PatientID", "name"),
        ("(0010,xx10)", "wildcard"),
        (".*Date", "pattern"),
    ]
    assert [rule.line for rule in rules] == [17, 11, 13, 19, 15, 9]
    assert [rule.never for rule in rules] == [0, 0, 0, 11, 0, 0]


def test_rules_show_the_listed_fields_they_act_on(habits: Profile) -> None:
    reaches = {(rule.names, rule.line): rule.reaches for rule in section(habits, "dicom").rules}
    assert reaches["PatientID", 11] == ("Patient ID",)
    assert reaches["PatientID", 19] == ()
    assert {"Patient's Age", "Patient's Name"} <= set(reaches["(0010,xx10)", 15])
    assert "Study Date" in reaches[".*Date", 9]
    assert "Patient's Birth Date" not in reaches[".*Date", 9]


def test_weak_spots_of_the_profile_as_a_whole(habits: Profile) -> None:
    texts = "\n".join(spot.text for spot in explain(habits).weak_spots)
    for word in ("unmatched: copy", "There is no key", "secrets do not belong in a profile"):
        assert word.casefold() in texts.casefold()


def test_weak_spots_of_a_section(habits: Profile) -> None:
    found = spots(habits, "dicom")
    for words in (
        "move by the same number of days, which the profile shows",
        "hashed without a key: Patient ID. (11,)",
        "Private elements are kept",
        "Folders keep their names",
        "Rules name fields by patterns",
        "is removed with its field",
        "Pixels are not looked at",
    ):
        assert words.casefold() in found.casefold(), words
    table = spots(habits, "csv")
    assert "hashed without a key: birth_date" in table
    assert "Files keep their names" in table


def test_a_pattern_that_reaches_what_its_action_cannot_treat(registry: Registry) -> None:
    text = "dicom:\n  fields:\n    - regex: .*ID$\n      hash: yes\n    - name: StudyInstanceUID\n      remove: yes\n"
    found = spots(parse_profile(text, registry, keyed=True), "dicom")
    assert "“.*ID$” also reaches fields that its action cannot treat" in found
    assert "Series Instance UID" in found
    assert "Study Instance UID" not in found


def test_a_key_mends_what_a_key_can(registry: Registry) -> None:
    text = "dicom:\n  remove-private-tags: yes\n  fields:\n    - name: PatientID\n      hash: yes\n"
    profile = parse_profile(text, registry, keyed=True)
    assert "keyed pseudonym" in section(profile, "dicom", keyed=True).rules[0].effect
    assert "without salt or key" in section(profile, "dicom", keyed=False).rules[0].effect
    assert explain(profile, keyed=True).weak_spots == ()
    assert "Private elements are kept" not in spots(profile, "dicom")


def test_what_no_rule_touches_is_listed_by_what_the_table_asks(habits: Profile) -> None:
    (table,) = section(habits, "dicom").catalogues
    assert "PS3.15 Table E.1-1" in table.title
    left = {group.code: {each.name for each in group.identifiers} for group in table.left}
    assert "InstitutionName" in left["X"] | left["X/Z/D"] | left["X/D"]
    assert "AccessionNumber" in left["Z"]
    assert "StudyInstanceUID" in left["U"]
    assert "private" in left["X"]
    assert not any("PatientID" in names for names in left.values())
    assert [each.name for each in table.kept] == ["PatientBirthDate"]
    removed = sum(count for _, count in table.removed)
    assert table.treated + removed + table.untouched + len(table.kept) + len(table.partly) == table.total == 657


def test_options_that_remove_what_no_rule_names_are_counted(registry: Registry) -> None:
    text = "dicom:\n  remove-undefined: yes\n  fields:\n    - name: PatientID\n      replace-with: X\n"
    (table,) = section(parse_profile(text, registry), "dicom").catalogues
    assert dict(table.removed) == {"any edit of the file": 2, "the option remove-undefined": 653}
    assert [each.name for group in table.left for each in group.identifiers] == ["MediaStorageSOPInstanceUID"]


def test_a_pattern_that_misses_nested_fields_is_shown_as_such(registry: Registry) -> None:
    text = (
        "dicom:\n  fields:\n    - regex: PatientName\n      remove: yes\n    - regex: .*PatientID\n      remove: yes\n"
    )
    explained = section(parse_profile(text, registry), "dicom")
    assert [(each.name, beyond) for each, beyond in explained.catalogues[0].partly] == [
        ("PatientName", "within sequences")
    ]
    names = next(category for category in explained.categories if category.letter == "A")
    assert names.state is State.UNTREATED
    assert "Patient's Name (within sequences)" in names.untouched


def test_types_with_free_names_give_hints_alone(habits: Profile) -> None:
    explained = section(habits, "csv")
    states = {category.letter: (category.state, category.hints) for category in explained.categories}
    assert not explained.listed
    assert states["C"] == (State.NAMED, ("birth_date",))
    assert states["G"] == (State.NOTHING_SEEN, ())


@pytest.mark.parametrize(
    ("name", "files", "listed"),
    [
        ("dicom", "**/*.dcm", 20),
        ("jpeg", "**/*.jpg", 4),
        ("png", "**/*.png", 2),
        ("tiff", "**/*.tif", 3),
    ],
)
def test_what_is_told_of_a_field_is_what_happens_to_it(example: Profile, name: str, files: str, listed: int) -> None:
    plan = next(plan for plan in example.plans if plan.section.name == name)
    known = {each.name for catalogue in plan.file_type.catalogues() for each in catalogue.identifiers}
    agreed = set()
    for file in sorted((ROOT / "examples" / "study").glob(files)):
        with file.open("rb") as stream:
            document = plan.file_type.open(FileSource(stream.fileno()), plan.matcher)
            with document:
                for path, step in [
                    (field.path, step) for batch in document.batches() for field, step in batch.matches()
                ]:
                    for word in known & {path, path.rpartition(".")[2]}:
                        assert plan.file_type.reach(plan.matcher, word).step is step, path
                        agreed.add(word)
    assert len(agreed) >= listed


def rendered(profile: Profile) -> Iterator[str]:
    yield from (said(profile, style) for style in FORMATS)


def test_no_secret_and_no_folder_is_shown(habits: Profile, registry: Registry) -> None:
    for text in rendered(habits):
        assert SECRET not in text
        assert "/secret/folder" not in text
        assert "habits.yml" in text.replace("\\", "")
    named = parse_profile(
        "key: file:/vault/trial/study.key\njson:\n  fields:\n    - name: id\n      hash: yes\n", registry
    )
    for text in rendered(named):
        assert "vault" not in text
        assert "study.key" not in text
        assert "keyed pseudonym" in re.sub(r"\s+", " ", text)


def test_the_same_profile_gives_the_same_page(example: Profile, registry: Registry) -> None:
    again = load_profile(PROFILE, registry, key_file=KEY)
    for style in FORMATS:
        assert said(example, style, keyed=True) == said(again, style, keyed=True)
    assert not re.search(r"\b20(2[3-9]|[3-9]\d)-\d\d-\d\d\b", said(example, "text", keyed=True))


def test_the_page_needs_nothing_else(example: Profile) -> None:
    html = said(example, "html", keyed=True)
    page = Page(html)
    assert page.addresses == []
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert "@media print" in style
    assert not re.search(r"url\(|@import|//", style)
    ET.fromstring(html.partition("\n")[2])


HOSTILE = (
    "name: <script>alert(1)</script>\n"
    'description: "</title><img src=x onerror=alert(2)> & | `code` [link](http://evil.example)\\nsecond\\tline"\n'
    "json:\n"
    "  file-filter:\n"
    "    - '<b>*.json'\n"
    "  fields:\n"
    "    - name: <script>alert(3)</script>|`x`\n"
    '      replace-with: "</td></table><script>alert(4)</script> ` | \\e[31mred \\0"\n'
    "    - regex: '[<>&\"]+'\n"
    "      remove: yes\n"
)


def test_hostile_texts_of_a_profile_stay_texts(registry: Registry) -> None:
    profile = parse_profile(HOSTILE, registry)
    html = said(profile, "html")
    page = Page(html)
    assert not page.tags & {"script", "img", "b"}
    ET.fromstring(html.partition("\n")[2])
    assert "<script>alert(4)</script>" in page.text
    markdown = said(profile, "markdown")
    assert "<script" not in re.sub(r"(`+).*?\1", "", markdown)
    assert "[link](" not in markdown
    table = next(line for line in markdown.splitlines() if "alert" in line and "3" in line)
    assert len(re.findall(r"(?<!\\)\|", table)) == 6
    for text in rendered(profile):
        assert not set("\x1b\0") & set(text)


def test_a_profile_that_was_not_compiled_is_refused() -> None:
    with pytest.raises(UsageError, match="not compiled"):
        explain(Profile(name="empty"))


def test_what_the_how_to_shows_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "how-to" / "explain-to-a-committee.md").read_text("utf-8")
    blocks = re.findall(r"^```(sh|python)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(ROOT)
    (command,) = (text.split() for language, text in blocks if language == "sh")
    output = tmp_path / "page.html"
    assert main([str(output) if word == "page.html" else word for word in command[1:]]) == 0
    assert "Section dicom" in Page(output.read_text("utf-8")).text
    names: dict[str, object] = {}
    for code in (text for language, text in blocks if language == "python"):
        exec(compile(code, "how-to", "exec"), names)
    assert names["open_questions"]
