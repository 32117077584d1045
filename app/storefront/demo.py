"""Seeds the demo shop: drawn garments go through the same import and reindex as any shop's feed."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.auth.keys import KeyRepository
from app.catalog.importer import ImportRequest, run_import
from app.catalog.reindex import reindex
from app.container import Container
from app.db.migrate import prepare
from app.db.session import Database
from app.settings import Settings
from models.flats import Flat, demo_catalogue, draw

WIDTH, HEIGHT = 600, 800
KEY_NAME = "demo"

Advance = Callable[[int, int], None]


def feed_row(flat: Flat) -> dict[str, Any]:
    """A drawn garment as a row of a JSONL feed."""
    return {
        "id": flat.id,
        "title": flat.title_en,
        "title_zh": flat.title_zh,
        "brand": flat.brand,
        "kind": flat.kind,
        "colour": flat.colour,
        "gender": flat.gender,
        "age_group": flat.age_group,
        "season": flat.season,
        "usage": flat.usage,
        "pattern": flat.pattern,
        "material": flat.material,
        "price": str(flat.price),
        "sale_price": "" if flat.sale_price is None else str(flat.sale_price),
        "currency": "EUR",
        "sizes": "|".join(size for size, _ in flat.sizes),
        "stock": "|".join(str(count) for _, count in flat.sizes),
    }
