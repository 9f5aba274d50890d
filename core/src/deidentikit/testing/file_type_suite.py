"""The conformance suite of a file type: a test class that its author subclasses."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..filetype import Limits, Named, Rank, Selector
from ..fragment import RULE_KEYS, SECTION_KEYS, fragment_faults
from ..registry import Registry
from ..schema.tree import json_schema_of_key
from ..splice import BytesSource
from .damage_suite import DamageChecks
from .declared import DeclaredFileType
from .driving import assert_no_format_library, deidentified, no_open_files_left
from .edit_suite import EditChecks
from .explain_suite import ExplainChecks
from .streaming_suite import StreamingChecks

CAPABILITIES = frozenset({"streaming", "insertion", "recurrence", "container", "raster"})
_QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
_ODD_NAMES: Sequence[str] = (
    *("", " ", ".", "..", "*", "**", "/", "\\", "\0", "\n", "[", "]", "(", ")", "{", "}", "@", "#", "%", "'", '"'),
    *("a" * 5000, "\ud800", "\U0001f600", "0", "-1", "0x", "(,)", "(0010", "A.", ".A", "A..B", "A.*", "*.A", "A.-1"),
)
_REGEXES = (".*", "^$", "a|b", "(?i)name", r".*Date$", "(x)(?P<y>z)", "[^a]{3,}")


class SurfaceChecks(DeclaredFileType):
    """The class itself: its declarations, its names, its recognition of files."""

    def test_is_offered_under_sound_names(self) -> None:
        """Registry: names, presets and keys of the class are well formed and clash with none of the core."""
        registry = Registry.of(self.file_type)
        assert registry.file_types == {self.file_type.name: self.file_type}
        assert set(registry.sections) == set(self.file_type.sections)
        assert self.file_type.summary, "a summary is shown by `deidentikit plugins`"

    def test_declares_known_capabilities(self) -> None:
        """Capabilities are of a closed set, since the engine acts on them."""
        assert self.file_type.capabilities <= CAPABILITIES

    def test_schemas_are_well_formed(self) -> None:
        """Schema fragments: keys are lower case words joined by '-', documented, known to editors, not the core's."""
        for fragment, taken in (
            (self.file_type.section_schema(), SECTION_KEYS),
            (self.file_type.rule_schema(), RULE_KEYS),
        ):
            assert [*fragment_faults(fragment)] == []
            assert not set(fragment) & set(taken)
            assert not [name for name, key in fragment.items() if not key.doc.strip()]
            for key in fragment.values():
                assert json.loads(json.dumps(json_schema_of_key(key), allow_nan=False))["description"]

    def test_every_preset_sets_the_type_up(self) -> None:
        """Presets: the defaults of each section name are options that the class takes."""
        for name, preset in self.file_type.sections.items():
            assert set(preset.defaults) <= set(self.file_type.section_schema())
            made = self.file_type(dict(preset.defaults), name)
            assert (made.section, dict(made.options)) == (name, dict(preset.defaults))

    def test_importing_brings_in_no_format_library(self) -> None:
        """Start-up: a plugin's module imports no format library; the methods that open a file do."""
        assert_no_format_library(self.file_type)

    def test_knows_its_own_files(self) -> None:
        """sniff: the type's files are recognized by content, whatever their name."""
        if "signature" in self.lacks:
            pytest.skip("the type lacks a signature")
        for name in (self.file_name, "IM_0001"):
            assert self.file_type.sniff(self.sample[:4096], name) is True

    @_QUICK
    @given(head=st.binary(max_size=300), name=st.text(max_size=20))
    def test_sniff_takes_any_bytes(self, head: bytes, name: str) -> None:
        """sniff: answers for any bytes and any name, and raises nothing."""
        assert self.file_type.sniff(head, name) in (True, False)
        assert self.file_type.sniff(self.sample[: len(head)], name) in (True, False)
        assert self.file_type.sniff((head * 40)[:4096], name) in (True, False)

    @_QUICK
    @given(name=st.one_of(st.sampled_from(_ODD_NAMES), st.text(max_size=30)))
    def test_compile_takes_any_name(self, name: str) -> None:
        """compile: gives a selector or raises ValueError, whatever the name is."""
        file_type = self.instance()
        for named in (Named(name=name), Named(name=f"{self.names[0]}{name}")):
            try:
                selector = file_type.compile(named)
            except ValueError:
                continue
            self._check_selector(selector)

    def test_compile_takes_a_regex_or_says_that_it_does_not(self) -> None:
        """compile: a regex gives a selector of rank REGEX that makes nothing, or raises ValueError."""
        for regex in _REGEXES:
            try:
                selector = self.instance().compile(Named(regex=regex))
            except ValueError:
                continue
            self._check_selector(selector)
            assert selector.rank is Rank.REGEX
            assert not selector.insertable

    def test_equal_names_have_equal_identity(self) -> None:
        """Selector.identity: equal for the same name, so that a rule that never acts is noticed."""
        file_type = self.instance()
        for name in self.names:
            one, other = (file_type.compile(Named(name=name)) for _ in range(2))
            assert one.identity == other.identity
            assert one.rank == other.rank
        identities = {file_type.compile(Named(name=name)).identity for name in self.names}
        assert len(identities) == len(self.names)

    def test_unknown_read_is_refused_when_the_plan_is_bound(self) -> None:
        """bind: reads are compiled with the plan; what cannot be is a ValueError there, not in a file."""
        file_type = self.instance()
        for name in _ODD_NAMES:
            try:
                file_type.compile(Named(name=name))
            except ValueError:
                with pytest.raises(ValueError, match=r".|^$"):
                    file_type.bind((), [name])
                return
        file_type.bind((), _ODD_NAMES)

    def test_lists_the_declared_fields_without_their_values(self) -> None:
        """fields: what is listed can be named in a profile, and shows no value unless asked."""
        if "listing" in self.lacks:
            pytest.skip("the type lacks listing")
        file_type = self.instance()
        texts = self.texts()
        identities = set()
        values: set[str] = set()
        for listed in file_type.fields(BytesSource(self.sample)):
            shown = f"{listed.name} {listed.type} {listed.note} {listed!r}"
            assert not any(text in shown for text in texts), f"the entry of {listed.name} shows a value"
            assert all(isinstance(part, str) for part in (listed.name, listed.type, listed.note))
            identities.add(file_type.compile(Named(name=listed.name)).identity)
            values.update(listed.values())
        missing = [
            name
            for name in self.names
            if file_type.compile(Named(name=name)).identity not in identities
            and not values.issuperset(self.originals(name))
        ]
        assert not missing, f"the listing leaves out {missing}"

    def test_listed_values_are_those_of_the_fields(self) -> None:
        """fields: the values that a listing gives on request are the field's originals."""
        listed = dict(self.listing(self.sample))
        for name in self.names:
            if name in listed:
                assert [text for text in listed[name] if text] == [text for text in self.originals(name) if text]

    def test_closing_frees_what_was_opened(self) -> None:
        """Document: closing it frees what it holds and leaves the source, which it does not own."""
        file_type = self.instance()
        source = BytesSource(self.sample)
        with no_open_files_left():
            with file_type.open(source, file_type.bind((), ())) as document:
                assert document is not None
            document.close()
        assert source.pread(source.size, 0) == self.sample

    def test_one_matcher_serves_many_files(self) -> None:
        """bind: the matcher is made once per plan and keeps nothing of a file."""
        plan = self.plan()
        first = deidentified(plan, self.sample, self.file_name)
        assert deidentified(plan, self.sample, self.file_name) == first

    def _check_selector(self, selector: Selector) -> None:
        assert isinstance(selector, Selector)
        assert isinstance(selector.rank, Rank)
        hash(selector.identity)
        limits = self.instance().limits(selector)
        assert limits is None or isinstance(limits, Limits)


class FileTypeConformance(SurfaceChecks, ExplainChecks, EditChecks, DamageChecks, StreamingChecks):
    """The rules of the contract that every file type keeps. Subclass it in a test file::

        class TestIniFile(FileTypeConformance):
            file_type = IniFile
            sample = b"[patient]\\nname = Jane Doe\\nbirth = 1970-02-03\\n"
            selectors = {Kind.TEXT: "patient.name", Kind.DATE: "patient.birth"}

    `DeclaredFileType` lists all that can be declared. Checks that a capability or an entry of
    `lacks` rules out are skipped with that reason.
    """
