"""Google Merchant XML feeds: RSS 2.0 items or Atom 1.0 entries with attributes in Google's namespace.

After https://support.google.com/merchants/answer/14987622 (RSS 2.0) and /14987621 (Atom 1.0). Nothing of the document
is kept but the entry at hand. A document type, entities and external references are refused: feeds need none, and they
are how a file reads other files or grows without end (OWASP: XML external entities, billion laughs).
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from app.catalog.feeds.google import DETAIL, Detail, google_name, google_row
from app.catalog.feeds.rows import FeedRow
from app.catalog.feeds.source import FeedSource
from app.errors import ImportFailed

GOOGLE = frozenset(("http://base.google.com/ns/1.0", "http://base.google.com/cns/1.0"))
"""Google's attributes, and those a shop defines itself. Their values win over RSS's and Atom's own."""

ENTRIES = frozenset(("item", "entry"))
CHUNK = 1 << 16
LONGEST_ENTRY = 4_000_000

ENTRY, FIELD, PART = 1, 2, 3
"""How deep inside an entry."""


def read_google_xml(source: FeedSource) -> Iterator[FeedRow]:
    """Every item or entry in order.

    Raises:
        ImportFailed: no well-formed XML, a document type or entity in it, an entry without end, or no entry at all.
    """
    entries = _Entries()
    parser = XMLParser(target=entries, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    entries.expat = parser.parser
    try:
        with source.binary() as file:
            waiting = 0
            while chunk := file.read(CHUNK):
                parser.feed(chunk)
                waiting = 0 if entries.ready else waiting + len(chunk)
                if waiting > LONGEST_ENTRY:
                    raise ImportFailed(f"{source.name}: one entry has more than {LONGEST_ENTRY:,} bytes.")
                yield from entries.taken()
            parser.close()
    except ParseError as error:
        raise ImportFailed(f"{source.name} is not well-formed XML: {error}.") from error
    except DefusedXmlException as error:
        reason = "declares a document type, an entity or an external reference, which a feed must not"
        raise ImportFailed(f"{source.name} {reason}. Remove its <!DOCTYPE …>.") from error
    if not entries.seen:
        raise ImportFailed(f"{source.name} has no <item> (RSS) and no <entry> (Atom).")


class _Entries:
    """What the parser tells of a document: gathers the entry it is in, one after the other."""

    def __init__(self) -> None:
        self.expat: object = None
        self.ready: list[FeedRow] = []
        self.seen = False
        self._depth = 0
        self._line = 0
        self._text: list[str] = []
        self._google: dict[str, list[str]] = {}
        self._plain: dict[str, list[str]] = {}
        self._details: list[Detail] = []
        self._parts: dict[str, str] = {}

    def taken(self) -> list[FeedRow]:
        """The entries that ended since it was last asked."""
        ready, self.ready = self.ready, []
        return ready

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._depth == 0:
            if _split(tag)[1] in ENTRIES:
                self._begin()
            return
        self._depth += 1
        if self._depth == FIELD:
            self._text, self._parts = [], {}
            if "href" in attributes and attributes.get("rel", "alternate") == "alternate":  # Atom's way to link
                self._text.append(attributes["href"])
        elif self._depth == PART and self._is_detail(tag):
            self._text = []

    def data(self, text: str) -> None:
        if self._depth >= FIELD:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if self._depth == PART:
            self._parts[_split(tag)[1]] = "".join(self._text) if self._is_detail(tag) else ""
        elif self._depth == FIELD:
            self._field(*_split(tag))
        elif self._depth == ENTRY:
            self._finish()
        self._depth = max(0, self._depth - 1)

    def close(self) -> None:
        """Nothing is kept of the document."""

    def _begin(self) -> None:
        self._depth, self.seen = ENTRY, True
        self._line = getattr(self.expat, "CurrentLineNumber", 0)
        self._google, self._plain, self._details = {}, {}, []

    def _is_detail(self, tag: str) -> bool:
        return _split(tag)[1] in ("section_name", "attribute_name", "attribute_value")

    def _field(self, space: str, name: str) -> None:
        key = google_name(name)
        if self._parts and space in GOOGLE:  # delivery, tax and the like; of these only details say what a thing is
            parts = self._parts
            if key == DETAIL and parts.get("attribute_name") and parts.get("attribute_value"):
                self._details.append((parts["attribute_name"], parts["attribute_value"]))
            return
        table = self._google if space in GOOGLE else self._plain
        table.setdefault(key, []).append("".join(self._text))

    def _finish(self) -> None:
        plain = self._plain
        plain.setdefault("description", plain.get("summary") or plain.get("content") or [])
        given = {name: [text for text in texts if text.strip()] for name, texts in self._google.items()}
        given = plain | {name: texts for name, texts in given.items() if texts}
        self.ready.append(google_row(self._line, given, self._details))


@lru_cache(maxsize=4096)
def _split(tag: str) -> tuple[str, str]:
    """(namespace, name) of a tag as the parser writes it."""
    space, _, name = tag.rpartition("}")
    return space.removeprefix("{"), name
