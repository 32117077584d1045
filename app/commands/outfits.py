"""`tryon train --task outfits`: what goes together, from the shop's own looks or from the shared outfits."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from app.commands.console import err, out, stages
from app.commands.databases import with_session
from app.settings import Settings

if TYPE_CHECKING:
    from models.outfits.report import Row
    from models.outfits.shop_train import Wardrobe


def run(data: Path, out_dir: Path, *, purchases: bool = False) -> None:
    """Fit, report beside the controls, write; `purchases`: on what the service's shoppers bought together, too.

    Raises CannotTrain, one line.
    """
    from models.outfits.looks import has_looks
    from models.outfits.shop_train import train_shop
    from models.outfits.train import SETS, train_pairs
    from models.training.errors import CannotTrain

    if purchases or has_looks(data):
        wardrobe = with_session(_stocked) if purchases else _wardrobe(data)
        bought = with_session(_bought) if purchases else []
        if purchases:
            err.print(f"{len(bought):,} baskets: what a shopper bought on one day and kept, two items or more.")
        with stages() as advance:
            rows = train_shop(data, wardrobe, out_dir, advance, bought)
        use = f"TRYON_OUTFITS__SCORER={out_dir} composes looks by it."
    elif (data / SETS).is_file():
        with stages() as advance:
            rows = train_pairs(data, out_dir, advance)
        use = "models/outfits/fitted is where the shipped ones lie."
    else:
        raise CannotTrain(
            f"{data} holds neither looks.jsonl nor baskets.jsonl nor {SETS}; --purchases learns from shoppers"
        )
    out.print(table_of(rows))
    out.print(f"Written to [bold]{out_dir}[/bold]. {use}", soft_wrap=True)


def table_of(rows: Sequence["Row"]) -> Table:
    """Fill-in-the-blank and AUC of every method, one line each."""
    table = Table("wrong answers from", "method", "questions", "fill in the blank", "95 % interval", "AUC")
    for row in rows:
        interval = str(row.interval) if row.interval else "–"
        table.add_row(row.draw, row.method, f"{row.questions:,}", f"{row.accuracy:.3f}", interval, f"{row.auc:.3f}")
    return table


def _wardrobe(data: Path) -> "Wardrobe":
    """The items that the looks are made of: the folder's own catalogue where it has one, else the service's."""
    from models.outfits.shop_train import read_wardrobe

    if (data / "catalog" / "items.csv").is_file():
        return read_wardrobe(data)
    err.print("There is no catalog/items.csv beside the looks: their items are looked up in the service's catalogue.")
    return with_session(_stocked)


async def _bought(session: AsyncSession) -> list[tuple[str, ...]]:
    """Baskets of the service's shoppers, as far as events are kept."""
    from app.feedback.baskets import baskets_of
    from app.feedback.memory import kept_since
    from app.feedback.repository import EventRepository

    return baskets_of(await EventRepository(session).bought(kept_since(Settings().feedback)))


async def _stocked(session: AsyncSession) -> "Wardrobe":
    """The service's catalogue, with the vectors of its live index where there is one."""
    from app.catalog.facts import facts_of
    from app.catalog.inference.repository import InferenceRepository
    from app.catalog.repository import ItemRepository
    from models.index import SnapshotStore
    from models.outfits import space_of
    from models.outfits.shop_train import Wardrobe, aligned

    inferred = await InferenceRepository(session).used()
    pages = [page async for page in ItemRepository(session).facts()]
    items = [facts_of(raw, inferred.get(raw[0])) for page in pages for raw in page]
    snapshot = SnapshotStore(Settings().index_dir).open_current()
    if snapshot is None:
        return Wardrobe(items)
    rows = {item_id: snapshot.image[row] for item_id, row in snapshot.row_of.items()}
    manifest = snapshot.manifest
    return Wardrobe(items, aligned(items, rows), space_of(manifest.revision, manifest.preprocess_version))
