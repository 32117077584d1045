"""Every format after its own document, with the oddities that document allows."""

import gzip
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.feeds.draft import ItemDraft
from app.catalog.feeds.folding import folded
from app.catalog.feeds.formats import FeedFormat, format_of
from app.catalog.feeds.google import details_of
from app.catalog.feeds.html import plain_text
from app.catalog.feeds.shopify_columns import option_kind
from app.catalog.feeds.source import FeedSource
from app.catalog.importing.reading import Reading, read_into
from app.catalog.importing.spool import Spool, Whole
from app.errors import ImportFailed

FEEDS = Path(__file__).parents[3] / "fixtures" / "feeds"


def read(feed: Path, tmp_path: Path, format_: str = "auto") -> list[Whole]:
    """A feed's items and failed rows, in order."""
    spooled = tmp_path / "rows.db"
    with Spool.filling(spooled) as spool:
        read_into(spool, Reading(FeedSource(feed), format_, "EUR"))
    with Spool.reading(spooled) as spool:
        return spool.batch(0, 1_000)


def drafts(found: list[Whole]) -> dict[str, ItemDraft]:
    return {one.head.id: folded(one.as_rows()).draft for one in found if one.head.verdict == "item"}


def wrong(found: list[Whole]) -> dict[str, str]:
    """What was said of rows that are no items, by id."""
    return {one.head.id: "; ".join(i.reason for i in one.head.issues) for one in found if one.head.verdict != "item"}


def sizes(draft: ItemDraft) -> dict[str, int | None]:
    return {variant.size: variant.stock for variant in draft.variants}


@pytest.mark.parametrize(
    ("name", "told"),
    [("google_rss.xml", "google_xml"), ("google_atom.xml", "google_xml"), ("google.tsv", "google_tsv"),
     ("shopify_old.csv", "shopify"), ("shopify_new.csv", "shopify")],
)  # fmt: skip
def test_a_format_is_told_by_what_a_file_holds_packed_or_not(name: str, told: str, tmp_path: Path) -> None:
    packed = tmp_path / "export.dat"
    packed.write_bytes(gzip.compress((FEEDS / name).read_bytes()))
    assert format_of(FeedSource(FEEDS / name)) == format_of(FeedSource(packed)) == told


@pytest.mark.parametrize(
    ("data", "told"),
    [(b'\xef\xbb\xbf{"id": 1}\n', "jsonl"), (b"id,title\n1,a\n", "csv"), ("id\ttitle\n".encode("utf-16"), "csv"),
     (b"\n <feed/>", "google_xml"), (b"handle,title,published\n", "shopify"), (b"id,title\r1,a\r", "csv")],
)  # fmt: skip
def test_what_else_is_told(data: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(data)
    assert format_of(FeedSource(tmp_path / "x")) == told
    assert format_of(FeedSource(tmp_path / "x"), "csv") == FeedFormat.csv


def test_google_rss(tmp_path: Path) -> None:
    found = read(FEEDS / "google_rss.xml", tmp_path)
    dress, romper = drafts(found).values()
    assert (dress.id, dress.title, dress.link) == (
        "D-1", "Wrap dress & belt, midi", "https://shop.example/d-1?a=1&b=2",
    )  # fmt: skip
    assert dress.description == "Soft viscose.\nWashable"
    assert (dress.kind, dress.slot, dress.colour, dress.gender, dress.age_group) == (
        "dress", "one_piece", "black", "women", "adult",
    )  # fmt: skip
    assert (dress.price, dress.sale_price, dress.currency) == (Decimal("49.90"), Decimal("39.90"), "EUR")
    assert (dress.season, dress.usage, dress.pattern, dress.brand) == ("summer", "casual", "striped", "Example")
    assert dress.pictures == tuple(f"https://shop.example/d-1{end}.jpg" for end in ("", "-back", "-side"))
    assert sizes(dress) == {"38,5": None, "40": 0}
    assert dress.attributes == {
        "colour": "Black/White", "gtin": "4006381333931", "mpn": "EX-1", "condition": "new", "size_system": "EU",
        "neck_line": "V", "material": "viscose/elastane",
    }  # fmt: skip
    assert wrong(found) == {"D-3": "is in USD, but the shop sells in EUR"}
    assert [one.head.line for one in found] == [8, 56, 65]
    assert (romper.sale_price, romper.age_group, romper.attributes["age_group"]) == (None, "kids", "newborn")
    assert (romper.attributes["availability"], sizes(romper)) == ("backorder", {})
    assert {issue.field for issue in found[-1].head.issues} == {"sale_price", "colour"}


def test_google_atom(tmp_path: Path) -> None:
    jeans, other = drafts(read(FEEDS / "google_atom.xml", tmp_path)).values()
    assert (jeans.id, jeans.kind, jeans.link, jeans.description) == (
        "J-1", "jeans", "https://shop.example/j-1", "Dark wash.",
    )  # fmt: skip
    assert (sizes(jeans), jeans.sale_price) == ({"32/34": 4}, Decimal("50.00"))
    assert (other.id, other.description) == ("https://shop.example/j-2", "Bold words")


def test_google_text(tmp_path: Path) -> None:
    found = read(FEEDS / "google.tsv", tmp_path)
    tee, heels = drafts(found).values()
    assert (tee.title, tee.kind, tee.colour, tee.season) == ('Tee "Basic", 2 pack', "tshirt", "navy", "summer")
    assert tee.pictures == tuple(f"https://x.example/{n}.jpg" for n in (1, 2, 3))
    assert sizes(tee) == {"S, M": None, "L": 0}
    assert (tee.attributes["fit"], tee.attributes["product_highlight"]) == ("slim", ["soft", "washable"])
    assert (heels.title, heels.kind) == ('Heels 5" high', "heels")
    assert "15 cells" in wrong(found)["4"]


@given(st.lists(st.text(st.characters() | st.sampled_from('\r\n",:'))))
def test_no_detail_of_a_google_feed_ends_the_import(cells: list[str]) -> None:
    assert all(name and value for name, value in details_of(cells))


def test_a_google_detail_may_go_over_several_lines(tmp_path: Path) -> None:
    header = "id\titem_group_id\tproduct_detail(section_name:attribute_name:attribute_value)\n"
    (tmp_path / "f.tsv").write_bytes(f'{header}1\tg\t":Care:cold\r\nwash, :Fit:slim"\n'.encode())
    (item,) = drafts(read(tmp_path / "f.tsv", tmp_path)).values()
    assert item.attributes == {"care": "cold wash", "fit": "slim"}


def test_shopify_of_the_older_header(tmp_path: Path) -> None:
    found = read(FEEDS / "shopify_old.csv", tmp_path)
    items = drafts(found)
    assert set(items) == {"LS-W-S", "LS-N-S", "scarf", "belt/Black", "belt/Brown"}
    white, navy = items["LS-W-S"], items["LS-N-S"]
    assert (white.title, white.description) == ("Linen shirt", "Cool & light\nMade in Portugal")
    assert (white.kind, white.brand, white.gender, white.age_group) == ("shirt", "Example", "men", "adult")
    assert (white.price, white.sale_price) == (Decimal("50.00"), Decimal("40.00"))
    assert (navy.price, navy.sale_price, navy.colour) == (Decimal("40.00"), None, "navy")
    assert sizes(white) == {"S": 3, "M": 0}
    assert sizes(navy) == {"S": None, "M": None}  # sold on at none left; not counted at all
    assert white.pictures == ("https://x.example/white.jpg",)
    assert navy.pictures == ("https://x.example/navy.jpg",)
    assert (white.attributes["tags"], white.attributes["mpn"], white.group_id) == (
        ["linen", "summer"], "MPN-1", "linen-shirt",
    )  # fmt: skip
    scarf = items["scarf"]
    assert (sizes(scarf), scarf.price, scarf.pictures) == ({"": 7}, Decimal("15.00"), ("https://x.example/scarf.jpg",))
    assert (sizes(items["belt/Black"]), sizes(items["belt/Brown"])) == ({"90": 1}, {"100": 2})
    assert wrong(found)["H-1"] == "is draft in the shop"
    assert wrong(found)["unpublished"] == "is not published"
    assert "away from its first row" in wrong(found)["LS-W-L"]
    assert [one.head.line for one in found] == [2, 4, 7, 8, 9, 10, 11, 12, 13]
    assert [row.line for row in found[0].others] == [3, 5]


def test_shopify_of_the_newer_header(tmp_path: Path) -> None:
    found = read(FEEDS / "shopify_new.csv", tmp_path)
    items = drafts(found)
    assert set(items) == {"G-1", "sneaker/Blanc", "sneaker/Noir"}
    gown = items["G-1"]
    assert (gown.kind, gown.colour, gown.gender, gown.season) == ("dress", "red", "women", "winter")
    assert (gown.price, gown.sale_price, sizes(gown)) == (Decimal("150.00"), Decimal("120.00"), {"38": 2, "40": 0})
    assert gown.pictures == ("https://x.example/g1.jpg", "https://x.example/g2.jpg")
    assert gown.attributes["neckline"] == ["v-neck", "wrap"]
    assert (sizes(items["sneaker/Blanc"]), sizes(items["sneaker/Noir"])) == ({"42": 5}, {"42": None})
    assert wrong(found) == {"OH": "is archived in the shop"}


def test_a_place_of_a_picture_that_is_no_number_is_its_last(tmp_path: Path) -> None:
    lines = "Handle,Title,Image Src,Image Position\nh,Hat,last.jpg,²\nh,,second.jpg,2\nh,,first.jpg,1\n"
    (tmp_path / "f.csv").write_text(lines)
    (hat,) = drafts(read(tmp_path / "f.csv", tmp_path)).values()
    assert hat.pictures == ("first.jpg", "second.jpg", "last.jpg")


@pytest.mark.parametrize("name", ["Colour", "COLOR", "Farbe", "Couleur / Color", "颜色", "カラー", "Färg", "цвет"])
def test_options_that_are_colours(name: str) -> None:
    assert option_kind(name) == "colour"


@pytest.mark.parametrize("name", ["Size", "Größe", "Taille", "Shoe size (EU)", "尺码", "サイズ", "Talla"])
def test_options_that_are_sizes(name: str) -> None:
    assert option_kind(name) == "size"
    assert option_kind("Style") == option_kind("Colourful") == "other"


def test_a_folder_and_an_archive_of_pictures_are_the_same_feed(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    for name in ("dresses/a 1.jpg", "Women/Jeans/b.PNG", "c.webp", ".hidden/d.jpg", "dresses/notes.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    (root / "c.json").write_text(json.dumps({"id": "C", "title": "Coat", "kind": "coat", "price": 9.5}))
    (root / "dresses" / "broken.jpg").write_bytes(b"")
    (root / "dresses" / "broken.json").write_text("[]")
    with zipfile.ZipFile(tmp_path / "shop.zip", "w") as archive:
        for path in sorted(root.rglob("*")):
            archive.write(path, path.relative_to(root))
    from_folder, from_archive = (read(place, tmp_path) for place in (root, tmp_path / "shop.zip"))
    assert from_folder == from_archive
    items = drafts(from_folder)
    assert {(item.id, item.kind, item.pictures) for item in items.values()} == {
        ("a 1", "dress", ("dresses/a 1.jpg",)), ("b", "jeans", ("Women/Jeans/b.PNG",)), ("C", "coat", ("c.webp",)),
    }  # fmt: skip
    assert items["C"].price == Decimal("9.5")
    assert wrong(from_folder) == {"broken": "dresses/broken.json: is no JSON object"}


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss><channel><item><id>&b;</id></item></channel></rss>'
READS = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><item><id>&f;</id></item></rss>'
REFERS = '<!DOCTYPE rss SYSTEM "http://127.0.0.1/x.dtd"><rss><item><id>1</id></item></rss>'


@pytest.mark.parametrize("document", [BOMB, READS, REFERS])
def test_xml_that_declares_anything_is_refused(document: str, tmp_path: Path) -> None:
    (tmp_path / "f.xml").write_text(document)
    with pytest.raises(ImportFailed, match="DOCTYPE"):
        read(tmp_path / "f.xml", tmp_path)


def test_an_entry_of_very_many_parts_takes_no_longer_than_its_length(tmp_path: Path) -> None:
    parts = "<g:a>x</g:a>" * 40_000
    head = '<rss xmlns:g="http://base.google.com/ns/1.0"><item><g:id>1</g:id>'
    (tmp_path / "f.xml").write_text(f"{head}<g:shipping>{parts}</g:shipping></item></rss>")
    started = process_time()
    assert set(drafts(read(tmp_path / "f.xml", tmp_path))) == {"1"}
    assert process_time() - started < 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"<rss><item>", "not well-formed"), (b"<html/>", "no <item>"), (b"PK\x03\x04...[Content_Types].xml", "workbook"),
     (b"<rss><item><id>" + b"x" * 5_000_000 + b"</id></item></rss>", "one entry"), (b"{" + b"x" * 5_000_000, "longer"),
     (b"\x89PNG\r\n", "format of f"), (b"", "format of f"), (b"PK\x03\x04", "no readable zip"),
     (gzip.compress(b"id,title\n1,a\n" * 999)[:-20], "cut short"), (b'id,"title\n1,a\n', "quotation mark"),
     (b"id," + b"x" * 1_500_000 + b"\n1,a\n", "header of f cannot be read")],
)  # fmt: skip
def test_files_that_cannot_be_read_are_refused_and_leave_no_rows(data: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(data)
    with pytest.raises(ImportFailed, match=reason):
        read(tmp_path / "f", tmp_path)
    assert not list(tmp_path.glob("rows.db*"))


def test_what_unpacks_without_end_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "f.gz").write_bytes(gzip.compress(b"id,title\n" + b"1,a\n" * 100_000))
    source = FeedSource(tmp_path / "f.gz", limit=100_000)
    with Spool.filling(tmp_path / "rows.db") as spool, pytest.raises(ImportFailed, match="unpacks to more"):
        read_into(spool, Reading(source, "csv", "EUR"))


@pytest.mark.parametrize(
    ("html", "text"),
    [("plain & simple < 5", "plain & simple < 5"), ("a<br>b", "a\nb"), ("<style>x{}</style><p>y", "y"),
     ("&eacute;t&#233;", "été"), ("<p>one\n two</p>\n<p>three", "one two\nthree"), ("<script>evil()</script>", ""),
     ("<p>one <b", "one <b"), ("<p>one &am", "one &am")],
)  # fmt: skip
def test_html_as_text(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize("piece", ["<a ", "<a b='", "<!-- >", "<![CDATA[>", "</"])
def test_tags_that_never_end_take_no_longer_than_their_length(piece: str) -> None:
    started = process_time()
    assert plain_text("<p>one</p>" + piece * 20_000).startswith("one")
    assert process_time() - started < 2


def row_values(**fields: Any) -> str:
    return json.dumps(fields)


def test_rows_of_a_group_whose_first_failed_are_still_an_item(tmp_path: Path) -> None:
    lines = [
        row_values(id="1", group_id="g", colour="red", size="S", price="dear"),
        row_values(id="2", group_id="g", colour="red", size="M"),
        row_values(id="2", group_id="g", colour="blue"),
        row_values(id="1", colour="green"),
    ]
    (tmp_path / "f.jsonl").write_text("\n".join(lines))
    found = read(tmp_path / "f.jsonl", tmp_path)
    assert [(one.head.id, one.head.verdict) for one in found] == [
        ("1", "failed"), ("2", "item"), ("2", "failed"), ("1", "item"),
    ]  # fmt: skip
