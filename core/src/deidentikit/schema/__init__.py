"""The vocabulary in which plugins say what may stand in a profile.

Validators of one text: `Text`, `Yes`, `YesNo`, `Whole`, `Number`, `OneOf`, `RegexText`, `DateFormatText`.
Of more: `Texts`, `ListOf`, `Block`, and `nested_action` for actions within actions. Validators of strictyaml
serve as well. A validator of your own, a subclass of `Scalar` or `Gathering`, should say by
`json_schema` what editors check; the functions of `json_values` help.
"""

from ..fragment import Fragment, Key, Validator
from .actions import ActionSpec, PlacedError, build_nested, nested_action
from .scalars import DateFormatText, Number, OneOf, RegexText, Scalar, Text, Whole, Yes, YesNo
from .tree import Block, Gathering, ListOf, Node, Texts

__all__ = [
    "ActionSpec",
    "Block",
    "DateFormatText",
    "Fragment",
    "Gathering",
    "Key",
    "ListOf",
    "Node",
    "Number",
    "OneOf",
    "PlacedError",
    "RegexText",
    "Scalar",
    "Text",
    "Texts",
    "Validator",
    "Whole",
    "Yes",
    "YesNo",
    "build_nested",
    "nested_action",
]
