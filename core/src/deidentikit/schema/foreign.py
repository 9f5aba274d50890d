"""Keys that other profiles of the dialect carry and that mean nothing here, with what to do instead."""

from __future__ import annotations

from typing import Final

_ENCRYPTION: Final = (
    "Nothing is encrypted here: keep the originals, and use `hash` with a key for pseudonyms that you can make again"
)
_INGEST: Final = (
    "This belongs to a configuration around profiles: give the profile itself, with `dicom:` at its top level"
)

FOREIGN: Final = {
    "alter-pixels": "Pixels are left alone here: take this block out, and treat burned-in text elsewhere",
    "asymmetric-encryption": _ENCRYPTION,
    "de-identify": _INGEST,
    "decrypt": _ENCRYPTION,
    "deid-profile": _INGEST,
    "deid-profiles": _INGEST,
    "encrypt": _ENCRYPTION,
    "force-nonce": _ENCRYPTION,
    "map-subjects": "Subjects are not looked up in a table: take this out, and use `hash` with a key for pseudonyms",
    "nifti": "NIfTI files are not read here: take this block out; a section `filename` renames and copies such files",
    "only-config-profiles": "No sections but those of the profile are ever used: take this out",
    "private-key": _ENCRYPTION,
    "public-key": _ENCRYPTION,
    "retain": _ENCRYPTION,
    "zip": "Archives are not opened here: take this block out, unpack them and run the profile over the files",
}
"""What to do, by the key as it is written with dashes."""
