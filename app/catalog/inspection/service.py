"""Use cases of the merchandiser's view: a page of the catalogue with its problems, and everything about one item."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.editing.plans import etag_of_item, pictures_of
from app.catalog.facts import STATED
from app.catalog.inspection.repository import InspectionRepository, Look, Problem
from app.catalog.inspection.schemas import (
    EmbeddingOut,
    InspectedItem,
    InspectedItems,
    ItemInspection,
    PictureOut,
    VariantOut,
)
from app.catalog.narrowing.facets import labelled
from app.catalog.schemas import Filters
from app.catalog.service import CatalogService, item_out
from app.catalog.tables import ItemRow, PictureRow
from app.errors import PictureNotFound
from models.registry import ModelSpec


@dataclass(frozen=True, slots=True)
class InspectionService:
    """Looking through the catalogue with the merchandiser's eyes; `spec` is the loaded model."""

    session: AsyncSession
    spec: ModelSpec

    async def page(self, look: Look, filters: Filters, cursor: str | None, limit: int, locale: str) -> InspectedItems:
        """Items by id. Raises InvalidRequest for unknown filter names and values, and foreign cursors."""
        items = InspectionRepository(self.session, look)
        criteria, rows, following = await CatalogService(items).found(filters, cursor, limit)
        shown = await self._inspected(items, rows, locale)
        if cursor:
            return InspectedItems(items=shown, next=following)
        return InspectedItems(
            items=shown,
            next=following,
            total=await items.matching(criteria),
            facets=labelled(await items.facets(criteria), locale),
            problems=await items.problem_counts(criteria),
        )

    async def item(self, item_id: str, locale: str) -> ItemInspection:
        """Raises ItemNotFound."""
        items = InspectionRepository(self.session, Look(self.spec))
        row = await CatalogService(items).item(item_id)
        return ItemInspection(
            item=(await self._inspected(items, [row], locale))[0],
            etag=etag_of_item(row.content_hash, pictures_of(row)),
            title=row.title,
            stated={name: getattr(row, name) for name in STATED},
            description=row.description,
            attributes=row.attributes,
            group_id=row.group_id,
            variants=[VariantOut(size=v.size, stock=v.stock) for v in row.variants],
            pictures=[_picture(picture) for picture in row.pictures],
            embeddings=[self._embedding(*found) for found in await items.embeddings(item_id)],
            created_at=row.created_at,
        )

    async def picture(self, item_id: str, position: int) -> PictureRow:
        """Raises ItemNotFound and PictureNotFound."""
        row = await CatalogService(InspectionRepository(self.session, Look(self.spec))).item(item_id)
        for picture in row.pictures:
            if picture.position == position:
                return picture
        raise PictureNotFound(f"Item '{item_id}' has {len(row.pictures)} pictures, numbered from 0.")

    def _embedding(self, signal: str, revision: str, version: str) -> EmbeddingOut:
        usable = (revision, version) == (self.spec.revision, self.spec.preprocess_version)
        return EmbeddingOut(signal=signal, model_revision=revision, preprocess_version=version, usable=usable)

    async def _inspected(
        self, items: InspectionRepository, rows: Sequence[ItemRow], locale: str
    ) -> list[InspectedItem]:
        problems = await items.problems([row.id for row in rows])
        return [_item(row, problems.get(row.id, []), locale) for row in rows]


def _item(row: ItemRow, problems: Sequence[Problem], locale: str) -> InspectedItem:
    counted = [variant.stock for variant in row.variants if variant.stock is not None]
    return InspectedItem(
        **dict(item_out(row, locale)),
        title_zh=row.title_zh,
        stock=sum(counted) if counted else None,
        pictures=len(row.pictures),
        problems=list(problems),
        updated_at=row.updated_at,
    )


def _picture(row: PictureRow) -> PictureOut:
    url = f"/v1/admin/items/{quote(row.item_id, safe='')}/picture?position={row.position}"
    return PictureOut(url=url, sha256=row.sha256, width=row.width, height=row.height)
