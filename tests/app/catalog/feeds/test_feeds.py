"""Feeds: parsing, mapping, joining, money, sizes, drafts, folding."""

import json
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.feeds.draft import Drafted, draft_of
from app.catalog.feeds.folding import Folded, folded
from app.catalog.feeds.formats import read_feed
from app.catalog.feeds.join import Joined
from app.catalog.feeds.mapping import ColumnMapping
from app.catalog.feeds.money import parse_money, same_currency
from app.catalog.feeds.rows import RowRejected
from app.catalog.feeds.source import FeedSource
from app.catalog.feeds.stock import parse_variants
from app.catalog.importing.reading import Reading, read_into
from app.catalog.importing.spool import Spool
from app.errors import ImportFailed

ALIENS = {"id": "7", "gender": "Boys", "article_type": "Tshirts", "base_colour": "Navy Blue", "season": "Fall",
          "usage": "Smart Casual", "name": "Tee", "price": "14.90", "sale_price": "", "currency": "EUR",
          "sizes": "XS|S|M", "stock": "23||0", "pattern": "striped"}  # fmt: skip


def drafted(**row: Any) -> Drafted:
    return draft_of(ColumnMapping.default().fields(row), "EUR")


def sizes(draft: Drafted) -> list[tuple[str, int | None]]:
    return [(v.size, v.stock) for v in draft.draft.variants]


def rejected(**row: Any) -> dict[str, str]:
    with pytest.raises(RowRejected) as caught:
        drafted(**row)
    return dict(caught.value.issues)


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def test_csv_tells_the_line_each_record_starts_on(tmp_path: Path) -> None:
    feed = write(tmp_path / "f.csv", '\ufeffid;title\n1;"two\nlines"\n\n2;short\n3;a;b\n')
    rows = list(read_feed(feed))
    assert [(r.line, r.values.get("id"), bool(r.problem)) for r in rows] == [
        (2, "1", False),
        (5, "2", False),
        (6, "3", True),
    ]
    assert rows[0].values["title"] == "two\nlines"


def test_jsonl_fails_lines_alone_and_keeps_the_digits_of_numbers(tmp_path: Path) -> None:
    feed = write(tmp_path / "f.jsonl", '{"id":1,"price":19.90}\nnope\n\n[1]\n')
    rows = list(read_feed(feed))
    assert [(r.line, bool(r.problem)) for r in rows] == [(1, False), (2, True), (4, True)]
    assert str(rows[0].values["price"]) == "19.90"


@pytest.mark.parametrize(
    ("name", "data"),
    [("f.csv", b"id,t\n1,\xff\n"), ("f.csv", b""), ("f.csv", b"id,id\n1,2\n"), ("f.pdf", b"x"), ("f.jsonl", b"\xff\n")],
)
def test_a_file_that_is_no_feed_is_refused_by_name(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ImportFailed, match=name):
        list(read_feed(tmp_path / name))


def test_known_columns_become_the_taxonomys_own_words() -> None:
    found = drafted(**ALIENS)
    draft = found.draft
    assert (draft.kind, draft.slot, draft.colour, draft.season) == ("tshirt", "top", "navy", "autumn")
    assert (draft.gender, draft.age_group, draft.usage, draft.pattern) == ("men", "kids", "smart_casual", "striped")
    assert (draft.price, draft.sale_price, draft.currency) == (Decimal("14.90"), None, "EUR")
    assert sizes(found) == [("XS", 23), ("S", None), ("M", 0)]
    assert found.warnings == ()


def test_nothing_is_invented() -> None:
    draft = drafted(id="1").draft
    assert draft.model_dump(exclude={"id", "slot"}, exclude_defaults=True) == {}
    assert (draft.slot, draft.currency) == ("none", "")


def test_unknown_words_are_kept_and_warned_about() -> None:
    found = drafted(id="1", kind="Hoverboard", colour="octarine", season="monsoon", material="wool")
    assert (found.draft.kind, found.draft.slot, found.draft.colour) == ("", "none", "")
    expected = {"kind": "Hoverboard", "colour": "octarine", "season": "monsoon", "material": "wool"}
    assert found.draft.attributes == expected
    assert {name for name, _ in found.warnings} == {"kind", "colour", "season"}


def test_what_a_row_cannot_have() -> None:
    assert "id" in rejected(title="no id")
    assert "128" in rejected(id="x" * 129)["id"]
    assert "control" in rejected(id="a\0b")["id"]
    assert "control" in rejected(id="1", title="a\ud800")["title"]
    assert "USD" in rejected(id="1", price="5", currency="USD")["price"]
    assert "$" in rejected(id="1", price="$5")["price"]
    assert "price" in rejected(id="1", price="1e5")
    assert "http" in rejected(id="1", link="javascript:alert(1)")["link"]
    assert "rating" in rejected(id="1", rating="9")
    assert set(rejected(id="1", price="cheap", stock="many")) == {"price", "sizes"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("19.90", ("19.90", "")), ("€19,90", ("19.90", "€")), ("1,299.00", ("1299.00", "")), (5, ("5", "")),
     ("300元", ("300", "元")), ("19.90 EUR", ("19.90", "EUR")), ({"amount": "7.5", "currency": "EUR"}, ("7.5", "EUR")),
     (Decimal("1.10"), ("1.10", ""))],
)  # fmt: skip
def test_money_as_feeds_write_it(value: Any, expected: tuple[str, str]) -> None:
    assert parse_money(value) == (Decimal(expected[0]), expected[1])


@pytest.mark.parametrize("value", ["", "free", "-5", "5-9", True, None, float("nan"), 10**13, "5 bananas each"])
def test_what_is_no_money(value: Any) -> None:
    with pytest.raises(ValueError, match=r"price|range"):
        parse_money(value)


@given(st.text(max_size=20))
def test_money_never_fails_otherwise(text: str) -> None:
    try:
        amount, _ = parse_money(text)
    except ValueError:
        return
    assert 0 <= amount < 10**12


def test_a_sign_may_be_the_shops_currency_a_code_must() -> None:
    assert same_currency("$", "CAD")
    assert same_currency("eur", "EUR")
    assert not same_currency("¥", "EUR")
    assert not same_currency("bananas", "EUR")


def test_sizes_and_stock() -> None:
    def pairs(*given: Any) -> list[tuple[str, int | None]]:
        return [(v.size, v.stock) for v in parse_variants(*given)]

    assert pairs("38,5|39", "1|2", None) == [("38,5", 1), ("39", 2)]
    assert pairs([{"size": "M", "stock": 2}, {"size": "L"}], None, None) == [("M", 2), ("L", None)]
    assert pairs("S, M", None, "out of stock") == [("S", 0), ("M", 0)]
    assert pairs(None, None, "out of stock") == [("", 0)]
    assert pairs(None, "7", None) == [("", 7)]
    assert pairs(None, None, "in stock") == []
    for given_ in (("S|M", "1", None), ("S|S", None, None), ("S", "1.5", None), (None, "1|2", None)):
        with pytest.raises(ValueError, match=r"size|stock"):
            pairs(*given_)


def test_very_many_sizes_or_columns_are_refused_as_soon_as_they_are_read(tmp_path: Path) -> None:
    started = process_time()
    assert rejected(id="1", sizes=[{"size": str(n)} for n in range(60_000)]) == {
        "sizes": "60,000 sizes; at most 1,000 are taken"
    }
    feed = write(tmp_path / "f.csv", ",".join(map(str, range(60_000))) + ",0\n")
    with pytest.raises(ImportFailed, match="names a column twice: 0"):
        list(read_feed(feed))
    assert process_time() - started < 5, "each was compared with all others"


def test_of_very_many_pictures_the_first_are_taken_and_a_warning_says_so() -> None:
    found = drafted(id="1", pictures=[f"{n}.jpg" for n in range(60)])
    assert found.draft.pictures == tuple(f"{n}.jpg" for n in range(50))
    assert found.warnings == (("pictures", "only the first 50 of 60 are taken"),)
    rows = [Folded(n, drafted(id=str(n), pictures=[f"{n}-{m}" for m in range(30)]).draft, (str(n),)) for n in (1, 2)]
    whole = folded(rows)
    assert whole.draft.pictures == (*(f"1-{m}" for m in range(30)), *(f"2-{m}" for m in range(20)))
    assert whole.warnings == (("pictures", "only the first 50 of 60 are taken"),)


def test_mappings_name_columns_and_refuse_what_is_not_there(tmp_path: Path) -> None:
    file = write(tmp_path / "m.yaml", "title: Produkt\nkind: [typ, art]\nattributes.fit: Passform\n")
    mapping = ColumnMapping.parse(["id=Nr"], file)
    fields = mapping.fields({"NR": 5, "produkt": "Kleid", "Typ": "", "Art": "dress", "Passform": "slim", "x": 1})
    assert fields == {"id": 5, "title": "Kleid", "kind": "dress", "attributes": {"fit": "slim"}}
    with pytest.raises(ImportFailed, match="Passform"):
        mapping.check(["Nr", "Produkt", "typ", "art"], "f.csv")
    with pytest.raises(ImportFailed, match="--map id="):
        ColumnMapping.default().check(["Nr"], "f.csv")
    for pairs in (["colr=x"], ["title"], ["title="]):
        with pytest.raises(ImportFailed):
            ColumnMapping.parse(pairs)


def test_joined_tables_fill_gaps_only(tmp_path: Path) -> None:
    feed = write(tmp_path / "f.csv", "id,name,price\n1,a,\n2,b,3\n3,c,4\n")
    offers = write(
        tmp_path / "o.jsonl", "\n".join(json.dumps({"id": i, "price": 9, "pattern": "p"}) for i in (1, 2, 2))
    )
    with Spool.filling(tmp_path / "rows.db") as spool:
        joined = Joined([offers], ColumnMapping.default(), spool)
        rows = [joined.complete(row) for row in read_feed(feed)]
    assert [(r["price"], r.get("pattern")) for r in rows] == [(9, "p"), ("3", "p"), ("4", None)]
    assert [(i.line, i.reason) for i in joined.issues] == [(3, "repeats an id")]


def test_rows_fold_only_on_a_group_and_a_colour(tmp_path: Path) -> None:
    lines = """id,group_id,colour,size,title
1,g,red,S,
2,g,blue,S,
3,g,Red,M,
4,g,,,no colour
5,g,,,no colour
6,,red,,
7,,red,,
"""
    feed = write(tmp_path / "f.csv", lines)
    with Spool.filling(tmp_path / "rows.db") as spool:
        read_into(spool, Reading(FeedSource(feed), "csv", "EUR"))
    with Spool.reading(tmp_path / "rows.db") as spool:
        items = {whole.head.id: folded(whole.as_rows()) for whole in spool.batch(0, 100)}
    assert set(items) == {"1", "2", "4", "5", "6", "7"}
    assert items["1"].row_ids == ("1", "3")
    assert [v.size for v in items["1"].draft.variants] == ["S", "M"]
