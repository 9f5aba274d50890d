"""Write the package's dictionary files from pydicom's dictionaries, which follow DICOM PS3.6.

    python scripts/build_dictionary.py

Run it again when pydicom's dictionary moves; a test compares the files with the installed pydicom.
"""

from __future__ import annotations

from pathlib import Path

import pydicom
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom._private_dict import private_dictionaries

DATA = Path(__file__).parents[1] / "src" / "deidentikit_dicom" / "data"
ITEMS = 0xFFFE


def short_vr(vr: str) -> str:
    """`US or SS` and `US_SS` as `US/SS`."""
    return vr.replace(" or ", "/").replace("_", "/")


def public() -> str:
    """Data elements, a blank line, repeating groups. Items and delimiters hold no values and are left out."""
    rows = [
        f"{tag:08X} {short_vr(entry[0])} {entry[4] or '-'}"
        for tag, entry in sorted(DicomDictionary.items())
        if tag >> 16 != ITEMS
    ]
    masks = [f"{mask} {short_vr(entry[0])} {entry[4]}" for mask, entry in sorted(RepeatersDictionary.items())]
    return "\n".join([*rows, "", *masks]) + "\n"


def private() -> str:
    """A line for each creator: its name, a tab, and an entry `ggggeeVR` for each element.

    Only the last two digits of an element are kept: the block it stands in is the file's choice. Where
    a creator lists an element both with and without a block, the one free of a block counts.
    """
    lines = []
    for creator, entries in sorted(private_dictionaries.items()):
        found: dict[str, str] = {}
        for key, entry in sorted(entries.items(), key=lambda item: item[0][4:6] == "xx"):
            if not key.endswith("xx"):
                found[key[:4].upper() + key[6:].upper()] = short_vr(entry[0])
        words = " ".join(f"{key}{vr}" for key, vr in sorted(found.items()))
        lines.append(f"{creator}\t{words}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write both files."""
    source = f"# From pydicom {pydicom.__version__} (DICOM PS3.6) by scripts/build_dictionary.py.\n"
    DATA.mkdir(exist_ok=True)
    (DATA / "public.txt").write_text(source + public(), encoding="ascii", newline="\n")
    (DATA / "private.txt").write_text(source + private(), encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
