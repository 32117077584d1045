"""How much memory a feed of a million rows takes, and how fast it goes in.

    python -m bench.feed_memory                          # 1,000,000 rows as CSV, dry run: read, checked, told of
    python -m bench.feed_memory --format google_xml --write   # and written into an empty SQLite catalogue

Rows are drawn on the fly, five sizes to an item, every hundredth of them wrong. Peak memory is that of the whole
process (the kernel's ru_maxrss), interpreter and libraries included. Exits 1 above the limit.
"""

import asyncio
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from app.catalog.feeds.formats import FeedFormat
from app.catalog.importing.importer import ImportReport, ImportRequest, SilentJournal, run_import
from app.db.migrate import upgrade
from app.db.session import Database
from app.media.storage import LocalBlobs
from app.observability.logging import configure_logging
from app.settings import Settings, ShopSettings

SIZES = ("XS", "S", "M", "L", "XL")
KINDS = ("Dresses", "Tshirts", "Jeans", "Shirts", "Jackets")
COLOURS = ("Red", "Navy Blue", "Black", "White", "Olive")
Row = dict[str, str]


def drawn(count: int) -> Iterator[Row]:
    """`count` rows: sizes of items, one row in a hundred with a price that is none."""
    for number in range(count):
        item, size = divmod(number, len(SIZES))
        yield {
            "id": f"SKU-{number:08d}",
            "group": f"G{item:07d}",
            "title": f"{COLOURS[item % 5]} {KINDS[item % 7 % 5]} number {item}, made to be worn every day of the week",
            "kind": KINDS[item % 7 % 5],
            "colour": COLOURS[item % 5],
            "size": SIZES[size],
            "stock": str(number % 40),
            "price": "free" if number % 100 == 99 else f"{10 + item % 90}.90",
        }


def csv_lines(rows: Iterator[Row]) -> Iterator[str]:
    yield "id,group_id,title,article_type,base_colour,size,stock,price\n"
    for r in rows:
        yield f'{r["id"]},{r["group"]},"{r["title"]}",{r["kind"]},{r["colour"]},{r["size"]},{r["stock"]},{r["price"]}\n'


def jsonl_lines(rows: Iterator[Row]) -> Iterator[str]:
    for r in rows:
        yield (
            f'{{"id":"{r["id"]}","group_id":"{r["group"]}","title":"{r["title"]}","kind":"{r["kind"]}",'
            f'"colour":"{r["colour"]}","size":"{r["size"]}","stock":"{r["stock"]}","price":"{r["price"]}"}}\n'
        )


def xml_lines(rows: Iterator[Row]) -> Iterator[str]:
    yield '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>x</title>\n'
    for r in rows:
        yield (
            f"<item><g:id>{r['id']}</g:id><g:item_group_id>{r['group']}</g:item_group_id><title>{r['title']}</title>"
            f"<g:product_type>{r['kind']}</g:product_type><g:color>{r['colour']}</g:color><g:size>{r['size']}</g:size>"
            f"<g:quantity>{r['stock']}</g:quantity><g:price>{r['price']} EUR</g:price></item>\n"
        )
    yield "</channel></rss>\n"


def tsv_lines(rows: Iterator[Row]) -> Iterator[str]:
    yield "id\titem group id\ttitle\tproduct type\tcolor\tsize\tquantity\tprice\n"
    for r in rows:
        values = (r["id"], r["group"], r["title"], r["kind"], r["colour"], r["size"], r["stock"], f"{r['price']} EUR")
        yield "\t".join(values) + "\n"


def shopify_lines(rows: Iterator[Row]) -> Iterator[str]:
    yield "Handle,Title,Type,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
    yield "Variant SKU,Variant Inventory Qty,Variant Price\n"
    while item := list(islice(rows, len(SIZES))):
        for n, r in enumerate(item):
            first = f'"{r["title"]}",{r["kind"]},Size' if n == 0 else ",,"
            second = "Colour" if n == 0 else ""
            yield f"{r['group']},{first},{r['size']},{second},{r['colour']},{r['id']},{r['stock']},{r['price']}\n"


WRITERS: dict[FeedFormat, Callable[[Iterator[Row]], Iterator[str]]] = {
    FeedFormat.csv: csv_lines,
    FeedFormat.jsonl: jsonl_lines,
    FeedFormat.google_xml: xml_lines,
    FeedFormat.google_tsv: tsv_lines,
    FeedFormat.shopify: shopify_lines,
}


def main(
    rows: Annotated[int, typer.Option(help="Rows of the feed.")] = 1_000_000,
    format_: Annotated[FeedFormat, typer.Option("--format")] = FeedFormat.csv,
    write: Annotated[bool, typer.Option("--write", help="Into an empty SQLite catalogue; else a dry run.")] = False,
    limit_mb: Annotated[int, typer.Option(help="Peak memory allowed.")] = 500,
) -> None:
    """One line: rows a second and peak memory against the limit."""
    configure_logging("WARNING")
    before = _peak_mb()
    with tempfile.TemporaryDirectory(prefix="feed-memory-") as folder:
        feed = Path(folder) / "feed.txt"
        with feed.open("w", encoding="utf-8") as file:
            file.writelines(WRITERS[format_](drawn(rows)))
        report, stages = asyncio.run(_imported(feed, format_, Path(folder), write=write))
    peak, seconds = _peak_mb(), sum(stages.values())
    told = ", ".join(f"{name} {spent:.0f} s" for name, spent in stages.items())
    print(
        f"{format_.value}, {'written' if write else 'dry run'}: {report.rows:,} rows, {report.created:,} items, "
        f"{report.failed:,} failed, in {seconds:.0f} s ({told}): {report.rows / seconds:,.0f} rows/s; "
        f"peak {peak:.0f} MB of {limit_mb} MB, {before:.0f} MB of it before the first row"
    )
    if peak > limit_mb:
        sys.exit(1)


async def _imported(
    feed: Path, format_: FeedFormat, folder: Path, *, write: bool
) -> tuple[ImportReport, dict[str, float]]:
    """The report, and seconds by stage."""
    settings = Settings(data_dir=folder, shop=ShopSettings(currency="EUR"))
    database = Database.of(settings)
    began: dict[str, float] = {}

    def staged(name: str) -> None:
        began[name] = perf_counter()

    journal = SilentJournal(staged=staged)
    try:
        await upgrade(database)
        request = ImportRequest(feed, format=format_.value, dry_run=not write)
        report = await run_import(database, LocalBlobs(settings.blob_dir), settings, request, journal=journal)
    finally:
        await database.close()
    ends = [*list(began.values())[1:], perf_counter()]
    return report, {name: end - start for (name, start), end in zip(began.items(), ends, strict=True)}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    typer.run(main)
