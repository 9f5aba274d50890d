"""What a new user gets wrong, and what is said about it: the line, the mistake, the remedy, on one screen."""

# ruff: noqa: E501 - each message is one line.

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from deidentikit import ProfileError, Registry, parse_profile
from deidentikit.cli import main

SCREEN = 24
"""Lines of a terminal."""

Case = tuple[str, str, str, tuple[str, ...]]


def case(title: str, profile: str, said: str, *arguments: str) -> Case:
    """A profile and what `check` prints about it."""
    return title, _text(profile).replace("<tab>", "\t").replace("<nbsp>", "\u00a0"), _text(said), arguments


def _text(block: str) -> str:
    return dedent(block).removeprefix("\n")


CASES = [
    case(
        "a key indented too far",
        """
        dicom:
          date-increment: -17
            remove-private-tags: yes
        """,
        """
        profile.yml: line 3: this line is indented by 4 spaces; to belong beside 'date-increment' of line 2 it needs 2
        profile.yml: 1 problem
        """,
    ),
    case(
        "an action below the dash",
        """
        dicom:
          fields:
            - name: PatientName
            remove: yes
        """,
        """
        profile.yml: line 4: this line is indented by 4 spaces; to belong beside 'name' of line 3 it needs 6
        profile.yml: 1 problem
        """,
    ),
    case(
        "a text that its field cannot hold",
        """
        dicom:
          fields:
            - name: PatientWeight
              replace-with: unknown
        """,
        """
        profile.yml: line 3: dicom.fields[0]: 'unknown' cannot be written to 'PatientWeight': DS holds decimal numbers
        profile.yml: 1 problem
        """,
    ),
    case(
        "wrong rules one after the other",
        """
        dicom:
          fields:
            - name: PatientName
              removes: yes
            - name: PatientsID
              hash: yes
          filenames:
            - input-regex: (
              output: a.dcm
            - output: "{Modality"
        """,
        """
        profile.yml: line 4: dicom.fields[0]: unknown action or key 'removes'. Did you mean 'remove'?
        profile.yml: line 5: dicom.fields[1]: 'PatientsID' is no DICOM keyword. Did you mean 'PatientID'? Also near: PatientSize, PatientSex.
        profile.yml: line 6: warning: dicom.fields[1].hash: a hash without a key can be undone by trying all likely values; give a key with --key-file
        profile.yml: line 8: dicom.filenames[0].input-regex: found '(', expected a regular expression: the '(' at character 1 has no ')'; a bracket that means itself is written '\\('
        profile.yml: line 10: dicom.filenames[1].output: a brace in '{Modality' has no partner; parts are written {name}
        profile.yml: 4 problems
        """,
    ),
    case(
        "a separator of nothing",
        """
        json:
          separator: ""
        """,
        """
        profile.yml: line 2: json.separator: found nothing, expected a text that is not empty
        profile.yml: 1 problem
        """,
    ),
    case(
        "days given to the action",
        """
        dicom:
          fields:
            - name: StudyDate
              increment-date: -17
        """,
        """
        profile.yml: line 4: dicom.fields[0].increment-date: found '-17', expected true, yes or on: write 'increment-date: yes'; its options are keys beside it (date-format, date-increment-override, datetime-max, datetime-min, jitter-date, jitter-range, jitter-unit) and of the section (date-format, date-increment, date-increment-range)
        profile.yml: 1 problem
        """,
    ),
    case(
        "a page that no slide has",
        """
        tiff:
          remove-private-tags: yes
          remove-pages: labels
        """,
        """
        profile.yml: line 3: tiff: remove-pages: 'labels' is none of label, macro, thumbnail
        profile.yml: 1 problem
        """,
    ),
    case(
        "two names in a rule",
        """
        json:
          fields:
            - name: id
              name: site
              remove: yes
        """,
        """
        profile.yml: line 4: the key 'name' stands here a second time; take one out, or put both blocks into one
        profile.yml: 1 problem
        """,
    ),
    case(
        "quotes from a word processor where names are free",
        """
        json:
          fields:
            - regex: “.*Name”
              remove: yes
        """,
        """
        profile.yml: line 3: json.fields[0].regex: typographic quotes stand around this; write ' or " in their place
        profile.yml: 1 problem
        """,
    ),
    case(
        "keys in the wrong section",
        """
        remove-private-tags: yes
        csv:
          unmatched: copy
          remove-private-tags: yes
        """,
        """
        profile.yml: line 1: unknown section or key 'remove-private-tags'. It stands within a section, such as 'dicom:', indented below it.
        profile.yml: line 3: csv: 'unmatched' stands at the top level, beside the sections, without spaces before it; move it there
        profile.yml: line 4: csv: 'remove-private-tags' is a key of dicom, tiff alone; take it out
        profile.yml: 3 problems
        """,
    ),
    case(
        "a subject that is no field",
        """
        dicom:
          date-increment: per-subject
          subject: PatientIDD
          fields:
            - name: StudyDate
              increment-date: yes
        """,
        """
        profile.yml: line 3: dicom.subject: 'PatientIDD' is no DICOM keyword. Did you mean 'PatientID'? Also near: PatientSize, PatientAddress.
        profile.yml: line 6: dicom.fields[0].increment-date: per-subject needs a key: name one with --key-file or `key:`
        profile.yml: 2 problems
        """,
    ),
    case(
        "an action one space off",
        """
        dicom:
          fields:
            - name: PatientName
               remove: yes
        """,
        """
        profile.yml: line 4: this line is indented by 7 spaces; to belong beside 'name' of line 3 it needs 6
        profile.yml: 1 problem
        """,
    ),
    case(
        "entries at two depths",
        """
        dicom:
          fields:
            - name: PatientName
              remove: yes
           - name: PatientID
              hash: yes
        """,
        """
        profile.yml: line 5: the '-' stands behind 3 spaces, that of line 3 behind 4; indent all entries of a list alike
        profile.yml: 1 problem
        """,
    ),
    case(
        "a section indented unlike the others",
        """
        dicom:
          fields:
            - name: PatientName
              remove: yes
        json:
           fields:
             - name: PatientName
               remove: yes
        """,
        """
        profile.yml: line 6: this block is not indented by as many spaces as its neighbours; indent each level by the same number, such as 2
        profile.yml: 1 problem
        """,
    ),
    case(
        "rules outside a section",
        """
        dicom:
        fields:
          - name: PatientName
            remove: yes
        """,
        """
        profile.yml: line 2: unknown section or key 'fields'. It stands within a section, such as 'dicom:', indented below it.
        profile.yml: 1 problem
        """,
    ),
    case(
        "rules right below the section",
        """
        dicom:
          - name: PatientName
            remove: yes
        """,
        """
        profile.yml: line 2: dicom: found a list, expected a block of keys, or nothing: the rules of a section stand below its key 'fields:'
        profile.yml: 1 problem
        """,
    ),
    case(
        "a tab",
        """
        dicom:
        <tab>fields:
        <tab><tab>- name: PatientName
        <tab><tab>  remove: yes
        """,
        """
        profile.yml: line 2: a tab stands here; indent with spaces
        profile.yml: 1 problem
        """,
    ),
    case(
        "a space from a word processor",
        """
        dicom:
        <nbsp><nbsp>fields:
            - name: PatientName
              remove: yes
        """,
        """
        profile.yml: line 2: a space of another kind (U+00A0) stands before this line's text; use ordinary spaces
        profile.yml: 1 problem
        """,
    ),
    case(
        "quotes from a word processor",
        """
        dicom:
          fields:
            - name: “PatientName”
              remove: yes
        """,
        """
        profile.yml: line 3: dicom.fields[0].name: typographic quotes stand around this; write ' or " in their place
        profile.yml: 1 problem
        """,
    ),
    case(
        "a missing colon",
        """
        dicom:
          fields
            - name: PatientName
              remove: yes
        """,
        """
        profile.yml: line 2: a ':' is missing behind 'fields': write 'fields:'
        profile.yml: 1 problem
        """,
    ),
    case(
        "no space behind a colon",
        """
        dicom:
          fields:
            - name:PatientName
              remove: yes
        """,
        """
        profile.yml: line 3: a space is missing behind the ':': write 'name: ' and then the value
        profile.yml: 1 problem
        """,
    ),
    case(
        "no space behind a dash",
        """
        dicom:
          fields:
            -name: PatientName
             remove: yes
        """,
        """
        profile.yml: line 3: a space is missing behind the '-': write '- name:'
        profile.yml: 1 problem
        """,
    ),
    case(
        "a colon within a text",
        """
        dicom:
          fields:
            - name: StudyDescription
              replace-with: Trial: phase 2
        """,
        """
        profile.yml: line 4: a second ': ' stands in this line; put quotes around a text that holds ': '
        profile.yml: 1 problem
        """,
    ),
    case(
        "a quote that is not closed",
        """
        dicom:
          fields:
            - name: "PatientName
              remove: yes
        """,
        """
        profile.yml: line 3: a quote is opened in this line and never closed
        profile.yml: 1 problem
        """,
    ),
    case(
        "a backslash in double quotes",
        r"""
        dicom:
          filenames:
            - input-regex: "^(?P<id>\d+)\.dcm$"
              output: "{id}.dcm"
        """,
        """
        profile.yml: line 3: a backslash stands between double quotes; use single quotes for regular expressions
        profile.yml: 1 problem
        """,
    ),
    case(
        "a list in flow style",
        """
        csv:
          file-filter: ["*.csv", "*.txt"]
        """,
        """
        profile.yml: line 2: lists and blocks in [] or {} are not used here; write
          file-filter:
            - '*.csv'
            - '*.txt'
        profile.yml: 1 problem
        """,
    ),
    case(
        "a rule in flow style",
        """
        dicom:
          fields:
            - {name: PatientName, remove: yes}
        """,
        """
        profile.yml: line 3: lists and blocks in [] or {} are not used here; write
            - name: PatientName
              remove: yes
        profile.yml: 1 problem
        """,
    ),
    case(
        "a template without quotes",
        """
        dicom:
          filenames:
            - output: {SOPInstanceUID}.dcm
        """,
        """
        profile.yml: line 3: a text beginning with '{' needs quotes, such as '{x}.dcm'
        profile.yml: 1 problem
        """,
    ),
    case(
        "a section twice",
        """
        dicom:
          fields:
            - name: PatientName
              remove: yes
        dicom:
          fields:
            - name: PatientID
              hash: yes
        """,
        """
        profile.yml: line 5: the key 'dicom' stands here a second time; take one out, or put both blocks into one
        profile.yml: 1 problem
        """,
    ),
    case(
        "a list of sections",
        """
        - dicom
        - csv
        """,
        """
        profile.yml: line 1: found a list, expected sections such as 'dicom:', each on a line of its own
        profile.yml: 1 problem
        """,
    ),
    case(
        "an empty file",
        "",
        """
        profile.yml: the profile is empty; write at least one section, such as 'dicom:'
        profile.yml: 1 problem
        """,
    ),
    case(
        "nothing but comments",
        """
        # my profile
        """,
        """
        profile.yml: line 1: there is no section; add one for each type of file that you have: csv, dicom, filename, jpeg, jpg, json, key-value, key-value-text-file, png, table, tiff, tsv, xml
        profile.yml: 1 problem
        """,
    ),
    case(
        "an unknown action",
        """
        dicom:
          fields:
            - name: PatientName
              anonymize: yes
        """,
        """
        profile.yml: line 4: dicom.fields[0]: unknown action or key 'anonymize'. Actions are hash, hashuid, identity, increment-date, increment-datetime, jitter, keep, regex-sub, remove, replace-with, set; `deidentikit plugins` says what each does. Other keys here are name, on-error, regex.
        profile.yml: 1 problem
        """,
    ),
    case(
        "a misspelt action",
        """
        dicom:
          fields:
            - name: PatientName
              hashh: yes
        """,
        """
        profile.yml: line 4: dicom.fields[0]: unknown action or key 'hashh'. Did you mean 'hash'?
        profile.yml: 1 problem
        """,
    ),
    case(
        "two actions",
        """
        dicom:
          fields:
            - name: PatientName
              hash: yes
              remove: yes
        """,
        """
        profile.yml: line 5: dicom.fields[0]: a rule has one action, found 'hash' and 'remove'; keep one of them
        profile.yml: 1 problem
        """,
    ),
    case(
        "an action that is left out of what is installed",
        """
        dicom:
          fields:
            - name: PatientID
              hash: yes
        """,
        """
        profile.yml: line 4: dicom.fields[0]: unknown action or key 'hash'. It comes with 'deidentikit-hash', which --without-plugin leaves out.
        profile.yml: 1 problem
        """,
        "--without-plugin",
        "hash",
    ),
    case(
        "a file type that is left out of what is installed",
        """
        dicom:
          fields:
            - name: PatientName
              remove: yes
        tiff:
          fields:
            - name: Artist
              remove: yes
        """,
        """
        profile.yml: line 5: unknown section or key 'tiff'. It comes with 'deidentikit-tiff', which --without-plugin leaves out.
        profile.yml: 1 problem
        """,
        "--without-plugin",
        "tiff",
    ),
    case(
        "a misspelt section",
        """
        dicon:
          fields:
            - name: PatientName
              remove: yes
        """,
        """
        profile.yml: line 1: unknown section or key 'dicon'. Did you mean 'dicom'?
        profile.yml: 1 problem
        """,
    ),
    case(
        "a profile of the toolkit with what is not here",
        """
        only-config-profiles: true
        dicom:
          retain: true
          alter_pixels:
            detect: true
          fields:
            - name: PatientName
              encrypt: true
        zip:
          hash-subdirectories: true
        """,
        """
        profile.yml: line 1: unknown section or key 'only-config-profiles'. No sections but those of the profile are ever used: take this out.
        profile.yml: line 3: dicom: unknown key 'retain'. Nothing is encrypted here: keep the originals, and use `hash` with a key for pseudonyms that you can make again.
        profile.yml: line 4: dicom: unknown key 'alter_pixels'. Pixels are left alone here: take this block out, and treat burned-in text elsewhere.
        profile.yml: line 8: dicom.fields[0]: unknown action or key 'encrypt'. Nothing is encrypted here: keep the originals, and use `hash` with a key for pseudonyms that you can make again.
        profile.yml: line 9: unknown section or key 'zip'. Archives are not opened here: take this block out, unpack them and run the profile over the files.
        profile.yml: 5 problems
        """,
    ),
    case(
        "a configuration around profiles",
        """
        deid-profile: site
        deid-profiles:
          - name: site
            dicom:
              fields:
                - name: PatientID
                  remove: true
        """,
        """
        profile.yml: line 1: unknown section or key 'deid-profile'. This belongs to a configuration around profiles: give the profile itself, with `dicom:` at its top level.
        profile.yml: line 2: unknown section or key 'deid-profiles'. This belongs to a configuration around profiles: give the profile itself, with `dicom:` at its top level.
        profile.yml: 2 problems
        """,
    ),
    case(
        "an empty list for a value",
        """
        dicom:
          fields:
            - name: ReferencedStudySequence
              replace-with: []
        """,
        """
        profile.yml: line 4: lists and blocks in [] or {} are not used here; write replace-with: '' for an empty text, or take 'replace-with' out, which holds nothing
        profile.yml: 1 problem
        """,
    ),
    case(
        "an empty block",
        """
        json: {}
        """,
        """
        profile.yml: line 1: lists and blocks in [] or {} are not used here; write 'json:' with nothing behind it
        profile.yml: 1 problem
        """,
    ),
    case(
        "an unknown section",
        """
        minc:
          fields:
            - name: descrip
              remove: yes
        """,
        """
        profile.yml: line 1: unknown section or key 'minc'. Sections are csv, dicom, filename, jpeg, jpg, json, key-value, key-value-text-file, png, table, tiff, tsv, xml; `deidentikit plugins` lists the file types that are installed.
        profile.yml: 1 problem
        """,
    ),
    case(
        "capitals",
        """
        DICOM:
          fields:
            - name: PatientName
              Remove: yes
        """,
        """
        profile.yml: line 1: unknown section or key 'DICOM'. Write 'dicom'.
        profile.yml: 1 problem
        """,
    ),
    case(
        "underscores",
        """
        dicom:
          remove_private_tags: yes
          fields:
            - name: PatientName
              replace_with: ANON
        """,
        """
        profile.yml: line 2: dicom: unknown key 'remove_private_tags'. Write 'remove-private-tags'.
        profile.yml: line 5: dicom.fields[0]: unknown action or key 'replace_with'. Write 'replace-with'.
        profile.yml: 2 problems
        """,
    ),
    case(
        "an unknown option",
        """
        dicom:
          remove-privates: yes
          fields:
            - name: PatientName
              remove: yes
        """,
        """
        profile.yml: line 2: dicom: unknown key 'remove-privates'. Did you mean 'remove-private-tags'?
        profile.yml: 1 problem
        """,
    ),
    case(
        "a setting in a rule",
        """
        dicom:
          fields:
            - name: PatientName
              hash: yes
              hash-digits: 8
        """,
        """
        profile.yml: line 5: dicom.fields[0]: unknown key 'hash-digits' beside 'hash'. This is a setting of the section or the top level, not of a rule.
        profile.yml: 1 problem
        """,
    ),
    case(
        "an option of a rule in the section",
        """
        dicom:
          jitter-date: yes
        """,
        """
        profile.yml: line 2: dicom: 'jitter-date' stands in a rule, below 'fields:'; move it there
        profile.yml: 1 problem
        """,
    ),
    case(
        "an action beside the rules",
        """
        dicom:
          remove: PatientName
        """,
        """
        profile.yml: line 2: dicom: 'remove' stands in a rule, below 'fields:'; move it there
        profile.yml: 1 problem
        """,
    ),
    case(
        "an option without its action",
        """
        dicom:
          fields:
            - name: StudyDate
              jitter-range: 3
        """,
        """
        profile.yml: line 4: dicom.fields[0]: 'jitter-range' stands without its action; add one of: increment-date, increment-datetime, jitter
        profile.yml: 1 problem
        """,
    ),
    case(
        "a rule without a name",
        """
        dicom:
          fields:
            - remove: yes
        """,
        """
        profile.yml: line 3: dicom.fields[0]: this rule names no field: add 'name:' for one field, or 'regex:' for all that match
        profile.yml: 1 problem
        """,
    ),
    case(
        "name and regex",
        """
        dicom:
          fields:
            - name: PatientName
              regex: Patient.*
              remove: yes
        """,
        """
        profile.yml: line 4: dicom.fields[0]: a rule has either 'name' or 'regex', not both: take one of them out
        profile.yml: 1 problem
        """,
    ),
    case(
        "fields that are no list",
        """
        dicom:
          fields:
            PatientName: remove
            PatientID: hash
        """,
        """
        profile.yml: line 3: dicom.fields: found a block of keys, expected a list of rules, each beginning with '- name:' or '- regex:'
        profile.yml: 1 problem
        """,
    ),
    case(
        "rules that are names alone",
        """
        dicom:
          fields:
            - PatientName
            - PatientID
        """,
        """
        profile.yml: line 3: dicom.fields[0]: found 'PatientName', expected a rule: write 'name: PatientName' behind the '- ', and its action on a line below
        profile.yml: line 4: dicom.fields[1]: found 'PatientID', expected a rule: write 'name: PatientID' behind the '- ', and its action on a line below
        profile.yml: 2 problems
        """,
    ),
    case(
        "a false action",
        """
        dicom:
          fields:
            - name: PatientName
              remove: no
        """,
        """
        profile.yml: line 4: dicom.fields[0].remove: found 'no', expected true, yes or on: this cannot be switched off; take the line out instead
        profile.yml: 1 problem
        """,
    ),
    case(
        "an action without a value",
        """
        dicom:
          fields:
            - name: PatientName
              remove:
        """,
        """
        profile.yml: line 4: dicom.fields[0].remove: found nothing, expected true, yes or on: write 'remove: yes'
        profile.yml: 1 problem
        """,
    ),
    case(
        "an action with a value that it does not take",
        """
        dicom:
          fields:
            - name: PatientName
              hash: sha256
        """,
        """
        profile.yml: line 4: dicom.fields[0].hash: found 'sha256', expected true, yes or on: write 'hash: yes'; its options are keys of the section (hash-digits, salt)
        profile.yml: 1 problem
        """,
    ),
    case(
        "no increment",
        """
        dicom:
          fields:
            - name: StudyDate
              increment-date: yes
        """,
        """
        profile.yml: line 4: dicom.fields[0].increment-date: nothing says how far: give the section a date-increment, or the rule a date-increment-override
        profile.yml: 1 problem
        """,
    ),
    case(
        "an increment in words",
        """
        dicom:
          date-increment: 17 days
          fields:
            - name: StudyDate
              increment-date: yes
        """,
        """
        profile.yml: line 2: dicom.date-increment: found '17 days', expected a number of days, such as -17, or per-subject
        profile.yml: 1 problem
        """,
    ),
    case(
        "per-subject dates without a key",
        """
        dicom:
          date-increment: per-subject
          fields:
            - name: StudyDate
              increment-date: yes
        """,
        """
        profile.yml: line 5: dicom.fields[0].increment-date: per-subject needs a key: name one with --key-file or `key:`
        profile.yml: 1 problem
        """,
    ),
    case(
        "a bad regular expression",
        """
        dicom:
          fields:
            - regex: Patient(Name
              remove: yes
        """,
        r"""
        profile.yml: line 3: dicom.fields[0].regex: found 'Patient(Name', expected a regular expression: the '(' at character 8 has no ')'; a bracket that means itself is written '\('
        profile.yml: 1 problem
        """,
    ),
    case(
        "a glob for a regular expression",
        """
        dicom:
          fields:
            - regex: "*Date"
              remove: yes
        """,
        """
        profile.yml: line 3: dicom.fields[0].regex: found '*Date', expected a regular expression: nothing stands before the '*' at character 1 that it could repeat; any text is '.*'
        profile.yml: 1 problem
        """,
    ),
    case(
        "a glob without quotes",
        """
        dicom:
          fields:
            - regex: *Date
              remove: yes
        """,
        """
        profile.yml: line 3: a value beginning with '*' needs quotes; in a regular expression any text is '.*', not '*'
        profile.yml: 1 problem
        """,
    ),
    case(
        "a regular expression in another dialect",
        """
        dicom:
          fields:
            - regex: (?<who>Patient).*
              remove: yes
        """,
        """
        profile.yml: line 3: dicom.fields[0].regex: found '(?<who>Patient).*', expected a regular expression: '(?' at character 1 begins nothing that is known; a named group is written '(?P<name>...)'
        profile.yml: 1 problem
        """,
    ),
    case(
        "a regular expression without end",
        """
        dicom:
          fields:
            - regex: (a+)+b
              remove: yes
        """,
        """
        profile.yml: line 3: dicom.fields[0].regex: found '(a+)+b', expected a regular expression: a repeat can match one text in many ways and may never end; write '(a+)', not '(a+)+', or let something stand between its turns that it cannot match itself
        profile.yml: 1 problem
        """,
    ),
    case(
        "a date format in letters",
        """
        csv:
          date-format: YYYY-MM-DD
          date-increment: -17
          fields:
            - name: birth_date
              increment-date: yes
        """,
        """
        profile.yml: line 2: csv.date-format: found 'YYYY-MM-DD', expected a date format such as %Y-%m-%d, or timestamp: the format has no year; year, month and day are written %Y, %m, %d
        profile.yml: 1 problem
        """,
    ),
    case(
        "the minute for the month",
        """
        csv:
          date-format: "%Y-%M-%d"
        """,
        """
        profile.yml: line 2: csv.date-format: found '%Y-%M-%d', expected a date format such as %Y-%m-%d, or timestamp: the format has a day (%d) and no month; the month is %m, the minute %M
        profile.yml: 1 problem
        """,
    ),
    case(
        "a number out of range",
        """
        dicom:
          hash-digits: 100
          fields:
            - name: PatientName
              hash: yes
        """,
        """
        profile.yml: line 2: dicom.hash-digits: found '100', expected a whole number from 0 to 64
        profile.yml: line 5: warning: dicom.fields[0].hash: a hash without a key can be undone by trying all likely values; give a key with --key-file
        profile.yml: 1 problem
        """,
    ),
    case(
        "a decimal comma",
        """
        csv:
          jitter-range: 2,5
          fields:
            - name: weight
              jitter: yes
        """,
        """
        profile.yml: line 2: csv.jitter-range: found '2,5', expected a number, such as 2 or 2.5
        profile.yml: 1 problem
        """,
    ),
    case(
        "a word that is no choice",
        """
        dicom:
          on-error: skip
          fields:
            - name: PatientName
              remove: yes
        """,
        """
        profile.yml: line 2: dicom.on-error: found 'skip', expected one of refuse, remove, empty
        profile.yml: 1 problem
        """,
    ),
    case(
        "a misspelt DICOM keyword",
        """
        dicom:
          fields:
            - name: PatientsName
              remove: yes
        """,
        """
        profile.yml: line 3: dicom.fields[0]: 'PatientsName' is no DICOM keyword. Did you mean 'PatientName'? Also near: PatientState, PatientSex.
        profile.yml: 1 problem
        """,
    ),
    case(
        "a DICOM name in place of its keyword",
        """
        dicom:
          fields:
            - name: Patient's Name
              remove: yes
        """,
        """
        profile.yml: line 3: dicom.fields[0]: "Patient's Name" is no DICOM keyword. Did you mean 'PatientName'?
        profile.yml: 1 problem
        """,
    ),
    case(
        "a bad DICOM tag",
        """
        dicom:
          fields:
            - name: (0010,001)
              remove: yes
        """,
        """
        profile.yml: line 3: dicom.fields[0]: '(0010,001)' names no DICOM element. Write a keyword, `00100020`, `(0010,0020)`, `60xx0022`, `(0029,"CREATOR",01)`, or a path such as `OtherPatientIDsSequence.0.PatientID`
        profile.yml: 1 problem
        """,
    ),
    case(
        "a hash of a date",
        """
        dicom:
          fields:
            - name: PatientBirthDate
              hash: yes
        """,
        """
        profile.yml: line 3: dicom.fields[0]: this field cannot hold the letters and digits of a hash; move, remove or replace it instead
        profile.yml: line 4: warning: dicom.fields[0].hash: a hash without a key can be undone by trying all likely values; give a key with --key-file
        profile.yml: 1 problem
        """,
    ),
    case(
        "a hash that is too long",
        """
        dicom:
          hash-digits: 32
          fields:
            - name: AccessionNumber
              hash: yes
        """,
        """
        profile.yml: line 4: dicom.fields[0]: a hash of 32 digits is longer than the 16 characters of this field; set hash-digits to 16 or less
        profile.yml: line 5: warning: dicom.fields[0].hash: a hash without a key can be undone by trying all likely values; give a key with --key-file
        profile.yml: 1 problem
        """,
    ),
    case(
        "a date moved in a name",
        """
        dicom:
          date-increment: -17
          fields:
            - name: PatientName
              increment-date: yes
        """,
        """
        profile.yml: line 4: dicom.fields[0]: increment-date works on a date, which this field cannot hold; choose another action
        profile.yml: 1 problem
        """,
    ),
    case(
        "a date that is none",
        """
        dicom:
          fields:
            - name: PatientBirthDate
              replace-with: UNKNOWN
        """,
        """
        profile.yml: line 3: dicom.fields[0]: 'UNKNOWN' cannot be written to 'PatientBirthDate': the new value is no date; write it like 20210615
        profile.yml: 1 problem
        """,
    ),
    case(
        "two rules for one field",
        """
        dicom:
          fields:
            - name: PatientID
              remove: yes
            - name: (0010,0020)
              replace-with: X
        """,
        """
        profile.yml: line 5: warning: dicom.fields: this rule never acts: line 3 names the same field '(0010,0020)' before it, and one rule acts on a field; take one of them out
        profile.yml: this profile can be used
        """,
    ),
    case(
        "a misspelt part of a name",
        """
        dicom:
          filenames:
            - input-regex: (?P<patient>[^_]+)_.*
              output: '{patient}.dcm'
              groups:
                - name: pateint
                  hash: yes
        """,
        """
        profile.yml: line 3: dicom.filenames[0].groups: 'pateint' is neither a group (?P<pateint>...) of input-regex nor a part of the output. Did you mean 'patient'?
        profile.yml: line 7: warning: dicom.filenames[0].groups[0].hash: a hash without a key can be undone by trying all likely values; give a key with --key-file
        profile.yml: 1 problem
        """,
    ),
    case(
        "no output",
        """
        dicom:
          filenames:
            - input-regex: .*
        """,
        """
        profile.yml: line 3: dicom.filenames[0]: the key 'output' is missing here
        profile.yml: 1 problem
        """,
    ),
    case(
        "the key itself",
        """
        key: 8f14e45fceea167a5a36dedd4bea2543f4a1c9b1
        dicom:
          fields:
            - name: PatientID
              hash: yes
        """,
        """
        profile.yml: line 1: key: found a text that is not shown, expected env:NAME or file:PATH: the key itself does not belong in a profile; put it into a file and name that here or with --key-file
        profile.yml: 1 problem
        """,
    ),
    case(
        "a salt",
        """
        dicom:
          salt: sesame
          fields:
            - name: PatientID
              hash: yes
        """,
        """
        profile.yml: line 2: warning: dicom.salt: secrets do not belong in a profile: who reads this can guess who is behind a pseudonym. Take the salt out and give a key with --key-file
        profile.yml: this profile can be used
        """,
    ),
    case(
        "many mistakes",
        """
        dicom:
          remove_private_tags: maybe
          fields:
            - name: PatientsName
              hash: yes
              remove: yes
            - nam: PatientID
              hahs: yes
        """,
        """
        profile.yml: line 2: dicom: unknown key 'remove_private_tags'. Write 'remove-private-tags'.
        profile.yml: line 6: dicom.fields[0]: a rule has one action, found 'hash' and 'remove'; keep one of them
        profile.yml: line 7: dicom.fields[1]: unknown action or key 'nam'. Did you mean 'name'?
        profile.yml: line 8: dicom.fields[1]: unknown action or key 'hahs'. Did you mean 'hash'?
        profile.yml: 4 problems
        """,
    ),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that a user works in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("profile", "said", "arguments"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_check_says(
    profile: str, said: str, arguments: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "profile.yml").write_text(profile, "utf-8")
    code = main(["check", *arguments, "profile.yml"])
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (said, "")
    assert code == (0 if "warning" in said and "problem" not in said else 2)
    assert said.count("\n") <= SCREEN


def test_a_profile_in_another_encoding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "profile.yml").write_bytes(
        "dicom:\n  fields:\n    - name: PatientName\n      set: Müller\n".encode("latin-1")
    )
    assert main(["check", "profile.yml"]) == 2
    assert capsys.readouterr().out == (
        "profile.yml: line 4: the profile is not UTF-8; save it as UTF-8\nprofile.yml: 1 problem\n"
    )


def test_a_file_type_and_an_action_that_are_not_installed() -> None:
    everything = Registry.from_installed()
    few = Registry.of(everything.sections["dicom"], everything.actions["keep"])
    with pytest.raises(ProfileError) as caught:
        parse_profile("dicom:\n  fields:\n    - name: PatientID\n      hash: yes\ntiff:\n", few)
    assert str(caught.value).splitlines() == [
        "profile: line 4: dicom.fields[0]: unknown action or key 'hash'."
        " It comes with 'deidentikit-hash', which is not installed: pip install deidentikit-hash",
        "profile: line 5: unknown section or key 'tiff'."
        " It comes with 'deidentikit-tiff', which is not installed: pip install deidentikit-tiff",
    ]


RUNS = [
    (
        "no profile of that name",
        ["run", "--profile", "profil.yml", "in", "out"],
        "deidentikit: the profile profil.yml cannot be read: No such file or directory;"
        " check its name, and the folder you are in",
    ),
    (
        "no source of that name",
        ["run", "--profile", "profile.yml", "inn", "out"],
        "deidentikit: the source inn cannot be read: No such file or directory;"
        " check its name, and the folder you are in",
    ),
    (
        "no key file of that name",
        ["run", "--profile", "profile.yml", "--key-file", "study.key", "in", "out"],
        "deidentikit: the key file study.key cannot be read: No such file or directory;"
        " make one with: openssl rand -hex 32 > study.key",
    ),
    (
        "no key file of that name to check with",
        ["check", "--key-file", "study.key", "profile.yml"],
        "deidentikit: the key file study.key cannot be read: No such file or directory;"
        " make one with: openssl rand -hex 32 > study.key",
    ),
    (
        "a key that is too short",
        ["run", "--profile", "profile.yml", "--key-file", "short.key", "in", "out"],
        "deidentikit: the key file holds 6 bytes; a key has at least 32. Make one with: openssl rand -hex 32",
    ),
    (
        "a variable that is not set",
        ["run", "--profile", "keyed.yml", "in", "out"],
        "deidentikit: key: the environment variable ABSENT_STUDY_KEY is not set; set it, or give a key with --key-file",
    ),
    (
        "a target inside the source",
        ["run", "--profile", "profile.yml", "in", "in/out"],
        "deidentikit: the target in/out lies in the source in; choose a folder outside it",
    ),
    (
        "a target that is a file",
        ["run", "--profile", "profile.yml", "in", "profile.yml"],
        "deidentikit: the target profile.yml is a file; name a folder",
    ),
    (
        "a report among the sources",
        ["run", "--profile", "profile.yml", "--report", "in/report", "in", "out"],
        "deidentikit: the report folder in/report lies in the source; choose a folder outside it",
    ),
    (
        "no plugin of that name",
        ["check", "--without-plugin", "dicon", "profile.yml"],
        "deidentikit: --without-plugin dicon: no such plugin is installed. Did you mean 'dicom'?",
    ),
    (
        "a profile that cannot be used",
        ["run", "--profile", "wrong.yml", "in", "out"],
        "deidentikit: wrong.yml: line 4: dicom.fields[0]: unknown action or key 'hahs'. Did you mean 'hash'?",
    ),
]


@pytest.mark.parametrize(("arguments", "said"), [run[1:] for run in RUNS], ids=[run[0] for run in RUNS])
def test_what_is_said_before_a_run(
    arguments: list[str],
    said: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rule = "dicom:\n  fields:\n    - name: PatientName\n"
    (folder / "profile.yml").write_text(f"{rule}      remove: yes\n")
    (folder / "wrong.yml").write_text(f"{rule}      hahs: yes\n")
    (folder / "keyed.yml").write_text(f"key: env:ABSENT_STUDY_KEY\n{rule}      hash: yes\n")
    (folder / "short.key").write_text("sesame\n")
    (folder / "in").mkdir()
    (folder / "in" / "scan.dcm").write_bytes(b"")
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"{said}\n")
    assert not (folder / "out").exists()
