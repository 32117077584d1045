"""Use cases over the catalogue, and what an item looks like to the outside."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from PIL import Image

from app.catalog.facts import STATED, with_inferred
from app.catalog.narrowing.facets import labelled
from app.catalog.narrowing.filters import Criteria, names_own, resolve
from app.catalog.repository import ItemRepository
from app.catalog.schemas import Filters, InferredOut, ItemOut, ItemsOut, Money, SizeOut
from app.catalog.tables import ID_CHARS, InferredRow, ItemRow, PictureRow, VariantRow
from app.errors import ItemNotFound, PictureNotFound
from app.media.photo import decode
from app.media.pictures import as_webp
from app.media.storage import BlobStore
from app.paging import decode_cursor, encode_cursor
from app.settings import LimitSettings

WEBP_QUALITY = 85


def item_out(row: ItemRow, locale: str, gone: bool = False) -> ItemOut:
    """`row` as the API shows it; the title in `locale` where the shop has one."""
    marked = [one for one in row.inferred if _unsaid(row, one.name)]
    stated = {name: str(getattr(row, name)) for name in STATED}
    shown = with_inferred(stated, {one.name: (one.value, one.confidence) for one in marked if one.used})
    return ItemOut(
        id=row.id,
        title=(row.title_zh or row.title) if locale == "zh" else (row.title or row.title_zh),
        brand=row.brand,
        **{name: value for name, value in shown.items() if name in ItemOut.model_fields},
        price=_money(row.price, row.currency),
        sale_price=_money(row.sale_price, row.currency),
        availability="in_stock" if available(row) else "out_of_stock",
        rating=row.rating,
        image_url=f"/v1/items/{quote(row.id, safe='')}/image" if row.pictures else None,
        link=row.link or None,
        sizes=[SizeOut(size=v.size, in_stock=_buyable(v)) for v in row.variants if v.size],
        inferred=[_inferred(one) for one in marked],
        gone=gone,
    )


def available(row: ItemRow) -> bool:
    """True when a size can be bought, or when the shop counts none."""
    return not row.variants or any(_buyable(v) for v in row.variants)


@dataclass(frozen=True, slots=True)
class CatalogService:
    """Reading the catalogue."""

    items: ItemRepository
    private: frozenset[str] = frozenset()
    """Attributes that are not for shoppers, by folded name."""

    async def page(self, filters: Filters, cursor: str | None, limit: int, locale: str) -> ItemsOut:
        """Items by id. Raises InvalidRequest for unknown filter names and values, and foreign cursors."""
        criteria, rows, following = await self.found(filters, cursor, limit)
        shown = [item_out(row, locale) for row in rows]
        if cursor:
            return ItemsOut(items=shown, next=following)
        facets = labelled(await self.items.facets(criteria, self.private), locale)
        return ItemsOut(items=shown, next=following, total=await self.items.matching(criteria), facets=facets)

    async def found(
        self, filters: Filters, cursor: str | None, limit: int
    ) -> tuple[Criteria, list[ItemRow], str | None]:
        """What `filters` mean, a page of items by id, and the cursor of the next one. Raises as `page`."""
        own = await self.items.attribute_names() - self.private if names_own(filters) else frozenset[str]()
        criteria = resolve(filters, own)
        after = decode_cursor(cursor, parts=1)[0] if cursor else None
        rows = await self.items.page(criteria, after, limit + 1)
        return criteria, rows[:limit], encode_cursor(rows[limit - 1].id) if len(rows) > limit else None

    async def item(self, item_id: str) -> ItemRow:
        """Raises ItemNotFound."""
        row = await self.items.get(item_id)
        if row is None:
            raise ItemNotFound(f"There is no item '{item_id[:ID_CHARS]}'. Ids are those of the shop's own feed.")
        return row

    async def first_picture(self, item_id: str) -> PictureRow:
        """Raises ItemNotFound and PictureNotFound."""
        row = await self.item(item_id)
        if not row.pictures:
            raise PictureNotFound(f"Item '{item_id}' was imported without a picture.")
        return row.pictures[0]


def render(blobs: BlobStore, blob_key: str, width: int | None, limits: LimitSettings) -> bytes:
    """A stored picture as WebP, at most `width` pixels wide, never enlarged. Blocks.

    Raises:
        PictureNotFound: nothing is stored under `blob_key`.
    """
    try:
        picture = decode(blobs.get(blob_key), limits)
    except KeyError:
        raise PictureNotFound("The stored file of this picture is missing; import the item again.") from None
    if width is not None and width < picture.width:
        height = max(1, round(picture.height * width / picture.width))
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    return as_webp(picture, WEBP_QUALITY)


def _unsaid(row: ItemRow, name: str) -> bool:
    return not (row.kind if name == "slot" else getattr(row, name))


def _inferred(row: InferredRow) -> InferredOut:
    return InferredOut.model_validate(
        {name: getattr(row, name) for name in ("name", "value", "source", "used")}
        | {"confidence": round(row.confidence, 4)}
    )


def _buyable(variant: VariantRow) -> bool:
    return variant.stock is None or variant.stock > 0


def _money(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money.of(amount, currency)
