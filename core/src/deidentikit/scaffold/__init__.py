"""A package to grow a plugin from: source, tests that run the conformance suite, README, packaging."""

from .names import PackageNames, choose_names
from .package import contents_of, holder, write_package

__all__ = ["PackageNames", "choose_names", "contents_of", "holder", "write_package"]
