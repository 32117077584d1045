"""The columns of Shopify's product CSV, both generations of its header, and what its options are called.

After https://help.shopify.com/en/manual/products/import-export/using-csv; the older names are those of exports before
the change. Case does not matter.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "handle": ("url handle", "handle"),
    "title": ("title",),
    "description": ("description", "body (html)", "body html"),
    "vendor": ("vendor",),
    "category": ("product category", "standardized product type", "standard product type"),
    "type": ("type", "custom product type", "product type"),
    "tags": ("tags",),
    "published": ("published on online store", "published"),
    "status": ("status",),
    "sku": ("sku", "variant sku"),
    "barcode": ("barcode", "variant barcode"),
    "price": ("price", "variant price"),
    "compare_at": ("compare-at price", "variant compare at price", "compare at price"),
    "tracker": ("inventory tracker", "variant inventory tracker"),
    "quantity": ("inventory quantity", "variant inventory qty"),
    "policy": ("continue selling when out of stock", "variant inventory policy"),
    "image": ("product image url", "image src"),
    "position": ("image position",),
    "variant_image": ("variant image url", "variant image"),
    "google_category": ("google shopping / google product category",),
    "gender": ("google shopping / gender",),
    "age_group": ("google shopping / age group",),
    "mpn": ("google shopping / manufacturer part number (mpn)", "google shopping / mpn"),
    "condition": ("google shopping / condition",),
    **{f"option{n}_{part}": (f"option{n} {part}",) for n in (1, 2, 3) for part in ("name", "value")},
}
"""What a column holds → the names it goes by, the newer one first."""

METAFIELD = re.compile(r"\((?:product|variant)\.metafields\.[\w-]+\.([\w-]+)\)\s*$")
METAFIELDS: Mapping[str, str] = {
    "color_pattern": "colour",
    "target_gender": "gender",
    "age_group": "age_group",
    "fabric": "material",
    "season": "season",
    "usage": "usage",
    "pattern": "pattern",
    "title_zh": "title_zh",
}
"""Key of a metafield → our field or attribute; others keep their own key."""

_COLOURS = """
    colour color couleur farbe colore cor kleur färg farge farve väri kolor barva farba boja szín culoare renk
    цвет колір χρώμα màu warna 颜色 颜色分类 顏色 カラー 色 色柄 색상 색 컬러 اللون צבע रंग สี
"""
_SIZES = """
    size größe grösse groesse taille pointure talla taglia misura tamanho maat storlek størrelse koko rozmiar velikost
    veľkosť veličina méret mărime beden размер розмір μέγεθος ukuran 尺码 尺碼 尺寸 鞋码
    サイズ 사이즈 المقاس מידה साइज़ ขนาด
"""
COLOUR_WORDS, SIZE_WORDS = frozenset(_COLOURS.split()), frozenset(_SIZES.split())
"""What shops call the two options, in their languages."""

HANDLES = frozenset(COLUMNS["handle"])
TELLING = frozenset(
    name
    for what in ("description", "sku", "price", "image", "published", "option1_name", "variant_image")
    for name in COLUMNS[what]
    if name not in ("description", "sku", "price")
)
"""Names that, beside a handle, only a Shopify file has."""

Option = Literal["colour", "size", "other"]


def is_shopify(header: Iterable[str]) -> bool:
    """Whether a header line is that of a Shopify product CSV."""
    names = {name.strip().casefold() for name in header}
    return bool(names & HANDLES) and bool(names & TELLING)


def option_kind(name: str) -> Option:
    """What an option tells, in whatever language it is named: `Colour`, `Farbe/Color`, `颜色`."""
    words = set(re.split(r"[\s/|()（）,:_-]+", name.strip().casefold()))
    if words & COLOUR_WORDS:
        return "colour"
    return "size" if words & SIZE_WORDS else "other"


@lru_cache(maxsize=64)
def columns_of(header: tuple[str, ...]) -> Mapping[str, str]:
    """What → the header's own name for it."""
    by_name = {name.strip().casefold(): name for name in header}
    found = {what: next((by_name[n] for n in names if n in by_name), None) for what, names in COLUMNS.items()}
    return {what: name for what, name in found.items() if name is not None}


@lru_cache(maxsize=64)
def metafields_of(header: tuple[str, ...]) -> Mapping[str, str]:
    """Column → our field or the attribute it is kept under."""
    keys = {name: match[1].casefold().replace("-", "_") for name in header if (match := METAFIELD.search(name))}
    return {name: METAFIELDS.get(key, key) for name, key in keys.items()}
