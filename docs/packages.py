"""Take the READMEs of the plugins into the site, as `reference/packages/NAME.md`; see `hooks` in `mkdocs.yml`."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_ROOT = Path(__file__).parents[1]
_LINK = re.compile(r"\]\((?:\.\./)+plugins/(?:actions|filetypes)/([\w-]+)/README\.md(#[\w-]+)?\)")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """One page for each README."""
    for folder in ("filetypes", "actions"):
        for readme in sorted(_ROOT.glob(f"plugins/{folder}/*/README.md")):
            page = f"reference/packages/{readme.parent.name}.md"
            files.append(File.generated(config, page, content=readme.read_text("utf-8")))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links to READMEs lead to these pages."""
    packages = posixpath.relpath("reference/packages", posixpath.dirname(page.file.src_uri) or ".")
    return _LINK.sub(rf"]({packages}/\1.md\2)", markdown)
