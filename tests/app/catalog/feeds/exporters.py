"""A shop's items as each format writes them: the same items, whatever file they come in."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Sold:
    """One item of a shop. Stock None: not counted. Sizes are never empty; "" alone is an item without sizes."""

    id: str
    title: str
    kind: str
    colour: str
    gender: str = ""
    season: str = ""
    usage: str = ""
    pattern: str = ""
    description: str = ""
    brand: str = ""
    price: str = ""
    sale_price: str = ""
    sizes: tuple[tuple[str, int | None], ...] = (("", None),)

    @property
    def rows(self) -> list[tuple[str, str, int | None]]:
        """(row id, size, stock): the first has the item's own id."""
        return [(self.id if n == 0 else f"{self.id}#{n}", *size) for n, size in enumerate(self.sizes)]


Writer = Callable[[Iterable[Sold]], str]


def jsonl(items: Iterable[Sold]) -> str:
    lines = []
    for item in items:
        named = [{"size": size, "stock": stock} for size, stock in item.sizes if size]
        only = item.sizes[0][1]
        counts: Mapping[str, object] = {"sizes": named} if named else {} if only is None else {"stock": only}
        facts = {name: getattr(item, name) for name in FACTS}
        lines.append(json.dumps(facts | {"group_id": f"G{item.id}"} | dict(counts), ensure_ascii=False))
    return "\n".join(lines) + "\n"


FACTS = (
    *("id", "title", "kind", "colour", "gender", "season", "usage", "pattern", "description", "brand"),
    *("price", "sale_price"),
)


def google_xml(items: Iterable[Sold]) -> str:
    entries = []
    for item in items:
        for values, details in _google(item):
            each = [(name, one) for name, value in values.items() for one in value.split(AND)]
            fields = "".join(f"<g:{name}>{escape(value)}</g:{name}>" for name, value in each)
            fields += "".join(
                f"<g:product_detail><g:attribute_name>{name}</g:attribute_name>"
                f"<g:attribute_value>{escape(value)}</g:attribute_value></g:product_detail>"
                for name, value in details.items()
            )
            entries.append(f"<item>{fields}</item>")
    head = '<?xml version="1.0"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>t</title>'
    return f"{head}\n" + "\n".join(entries) + "</channel></rss>\n"


def google_tsv(items: Iterable[Sold]) -> str:
    detail = "product_detail(section_name:attribute_name:attribute_value)"
    out = io.StringIO()
    writer = csv.writer(out, dialect="excel-tab", lineterminator="\n")
    columns = [name for name in GOOGLE for _ in range(MOST_SIZES if name in REPEATED else 1)]
    writer.writerow([*(name.replace("_", " ") for name in columns), detail])
    for item in items:
        for values, details in _google(item):
            cells = {
                name: (values.get(name, "").split(AND) + [""] * MOST_SIZES)[: columns.count(name)] for name in GOOGLE
            }
            told = _quoted([f":{name}:{value}" for name, value in details.items()])
            writer.writerow([*(cell for name in GOOGLE for cell in cells[name]), told])
    return out.getvalue()


def _quoted(parts: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(parts)
    return out.getvalue() if parts else ""


AND = "\x1f"
"""Between the values of an attribute that a row repeats."""

REPEATED, MOST_SIZES = ("size", "quantity"), 8
GOOGLE = (
    *("id", "title", "description", "brand", "item_group_id", "product_type", "color", "gender", "pattern", "size"),
    *("availability", "quantity", "price", "sale_price", "image_link"),
)


def _google(item: Sold) -> Iterable[tuple[dict[str, str], dict[str, str]]]:
    """(attributes, details) of each of an item's rows; one without a colour has all its sizes in one, as none folds."""
    for row_id, size, stock in item.rows if item.colour else item.rows[:1]:
        values = {
            "id": row_id, "title": item.title, "description": item.description, "brand": item.brand,
            "item_group_id": f"G{item.id}", "product_type": item.kind, "color": item.colour, "gender": item.gender,
            "pattern": item.pattern, "size": size, "availability": "out_of_stock" if stock == 0 else "in_stock",
            "quantity": "" if stock is None else str(stock),
            "price": f"{item.price} EUR" if item.price else "",
            "sale_price": f"{item.sale_price} EUR" if item.sale_price else "",
        }  # fmt: skip
        if not item.colour:
            values |= {"size": AND.join(size for size, _ in item.sizes), "availability": ""}
            values |= {"quantity": AND.join("" if stock is None else str(stock) for _, stock in item.sizes)}
        details = {"Season": item.season, "Usage": item.usage}
        yield {k: v for k, v in values.items() if v}, {k: v for k, v in details.items() if v}


def shopify_old(items: Iterable[Sold]) -> str:
    return _shopify(items, OLD)


def shopify_new(items: Iterable[Sold]) -> str:
    return _shopify(items, NEW)


OLD = {
    "handle": "Handle", "description": "Body (HTML)", "type": "Type", "option1_name": "Option1 Name",
    "option1_value": "Option1 Value", "option2_name": "Option2 Name", "option2_value": "Option2 Value",
    "sku": "Variant SKU", "tracker": "Variant Inventory Tracker", "quantity": "Variant Inventory Qty",
    "price": "Variant Price", "compare": "Variant Compare At Price", "image": "Image Src", "published": "Published",
}  # fmt: skip
NEW = {
    "handle": "URL handle", "description": "Description", "type": "Type", "option1_name": "Option1 name",
    "option1_value": "Option1 value", "option2_name": "Option2 name", "option2_value": "Option2 value",
    "sku": "SKU", "tracker": "Inventory tracker", "quantity": "Inventory quantity", "price": "Price",
    "compare": "Compare-at price", "image": "Product image URL", "published": "Published on online store",
}  # fmt: skip
METAFIELDS = {
    "gender": "Target gender (product.metafields.shopify.target-gender)",
    "season": "Season (product.metafields.custom.season)",
    "usage": "Usage (product.metafields.custom.usage)",
    "pattern": "Pattern (product.metafields.shopify.pattern)",
}


def _shopify(items: Iterable[Sold], names: Mapping[str, str]) -> str:
    rows = []
    for item in items:
        for number, (row_id, size, stock) in enumerate(item.rows):
            row = {names["handle"]: f"G{item.id}"}
            if number == 0:
                row |= {names["option1_name"]: "Size" if size else "Title", names["option2_name"]: "Colour"}
                row |= {"Title": item.title, names["description"]: escape(item.description), "Vendor": item.brand}
                row |= {names["type"]: item.kind, names["published"]: "TRUE", "Status": "active"}
                row |= {column: getattr(item, name) for name, column in METAFIELDS.items()}
            row |= {names["option1_value"]: size or "Default Title", names["option2_value"]: item.colour}
            row |= {names["sku"]: row_id, names["tracker"]: "" if stock is None else "shopify"}
            row |= {names["quantity"]: "" if stock is None else str(stock)}
            row |= {names["price"]: item.sale_price or item.price, names["compare"]: item.sale_price and item.price}
            rows.append(row)
    return _table(rows, ["Title", "Vendor", "Status", *names.values(), *METAFIELDS.values()], "excel")


def _table(rows: Iterable[Mapping[str, str]], columns: Sequence[str], dialect: str) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, dialect=dialect, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


WRITERS: Mapping[str, Writer] = {
    "jsonl": jsonl,
    "google_xml": google_xml,
    "google_tsv": google_tsv,
    "shopify_old": shopify_old,
    "shopify_new": shopify_new,
}
