"""Descriptions that shops write in HTML, as plain text."""

import re
from html.parser import HTMLParser

MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:#\d+|#x[0-9a-fA-F]+|\w+);")
_BLOCKS = """
    address article blockquote br dd div dl dt figcaption h1 h2 h3 h4 h5 h6 hr li ol p pre section table td th tr ul
"""
BLOCKS = frozenset(_BLOCKS.split())
"""Elements that begin and end a line."""

SILENT = frozenset(("script", "style", "template", "iframe", "object", "svg"))
"""Elements whose contents nobody reads."""

LONGEST_UNCLOSED = 2_000
"""Characters that are read from a tag or comment on that does not end. The parser looks for that end anew from every
`<` behind it, which took minutes for one cell before Python 3.11.14 (CVE-2025-6069)."""


def plain_text(html: str) -> str:
    """`html` without its markup: a line for each block, whitespace folded. Text without markup stays as it is."""
    if not MARKUP.search(html):
        return html
    reader = _Reader()
    reader.feed(html)
    reader.rawdata = reader.rawdata[:LONGEST_UNCLOSED]
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent.append(tag)
        elif tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()
        elif tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " "))
