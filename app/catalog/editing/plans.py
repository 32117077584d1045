"""What one operation comes to, given what the catalogue holds now. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.catalog.editing.fields import fields_of, is_as, merged
from app.catalog.editing.operations import Operation, OutcomeName, Result, invalid
from app.catalog.editing.pictures import Opened
from app.catalog.embeddings import source_of
from app.catalog.feeds.draft import draft_of
from app.catalog.feeds.rows import RowRejected
from app.catalog.inference.guesses import NAMES
from app.catalog.records import IndexSource, ItemRecord, Known, PictureRecord, StoredEmbedding
from app.catalog.reindexing.encoding import tokens_hash
from app.catalog.tables import ItemRow
from app.errors import AppError, ItemNotFound, PreconditionFailed
from app.etags import etag_of


@dataclass(frozen=True, slots=True)
class Before:
    """An item and what it was embedded as by the model in use, each as far as there is any."""

    row: ItemRow | None
    image: StoredEmbedding | None = None
    text: StoredEmbedding | None = None
    tokens: str = ""

    @property
    def known(self) -> Known | None:
        row = self.row
        return None if row is None else Known(row.content_hash, tuple(picture.sha256 for picture in row.pictures))

    @property
    def source(self) -> IndexSource | None:
        """What would be embedded of it."""
        return None if self.row is None else source_of(self.row, pictures_of(self.row))


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for one operation.

    Attributes:
        record: to be written; its `pictures` None leaves those the item has.
        pictures: those it has afterwards.
        source: what of it belongs into an index afterwards; None for what does not.
        embed: whether vectors that are not of this source are made now: a change of price or stock waits for none.
        retell: whether what its feed left out may have to be inferred otherwise.
    """

    operation: Operation
    before: Before
    outcome: OutcomeName
    record: ItemRecord | None = None
    pictures: tuple[PictureRecord, ...] = ()
    source: IndexSource | None = None
    embed: bool = False
    retell: bool = False
    warnings: tuple[tuple[str, str], ...] = ()
    error: AppError | None = None

    @property
    def lacks_text(self) -> bool:
        return self.embed and self.source is not None and _hash(self.before.text) != self.source.text_hash

    def lacks_image(self, tokens: int) -> bool:
        """Args: tokens: how many are kept of each item."""
        if not self.embed or self.source is None:
            return False
        stale = tokens > 0 and self.before.tokens != tokens_hash(self.source.image_hash, tokens)
        return stale or _hash(self.before.image) != self.source.image_hash

    def writes(self, tokens: int) -> bool:
        """Whether anything is to be committed."""
        return self.outcome in ("created", "changed", "deleted") or self.lacks_text or self.lacks_image(tokens)

    def failing(self, error: AppError) -> "Plan":
        return Plan(self.operation, self.before, "failed", error=error)

    @property
    def result(self) -> Result:
        embedded = self.embed or (self.before.image is not None and self.before.text is not None)
        row = self.before.row
        content = self.record.content_hash if self.record else row.content_hash if row else ""
        return Result(
            id=self.operation.id,
            op=self.operation.op,
            outcome=self.outcome,
            searchable=self.source is not None and embedded,
            etag=None if self.outcome in ("deleted", "failed") else etag_of_item(content, self.pictures),
            warnings=self.warnings,
            error=self.error,
        )


def planned(operation: Operation, before: Before, opened: list[Opened] | AppError | None, currency: str) -> Plan:
    """The plan of an operation; one that cannot be done fails and says why."""
    plan = Plan(operation, before, "failed")
    if (error := _refusal(operation, before.row, opened)) is not None:
        return plan.failing(error)
    if operation.op == "delete":
        return replace(plan, outcome="deleted")
    stated = fields_of(before.row) if before.row is not None and operation.op == "patch" else {}
    try:
        drafted = draft_of({**merged(stated, operation.fields), "id": operation.id}, currency)
    except ValueError as error:
        return plan.failing(invalid([("stock", str(error))]))
    except RowRejected as rejected:
        return plan.failing(invalid(rejected.issues))
    records = tuple(one.record for one in opened) if isinstance(opened, list) else None
    return _of_record(replace(plan, warnings=drafted.warnings), drafted.draft.record(records))


def _refusal(operation: Operation, row: ItemRow | None, opened: list[Opened] | AppError | None) -> AppError | None:
    if operation.refused is not None:
        return operation.refused
    if operation.if_match is not None and not _is_match(operation.if_match, row):
        return PreconditionFailed("The item has changed meanwhile. Read it again, then repeat the change.")
    if row is None and operation.op != "upsert":
        return ItemNotFound(f"There is no item '{operation.id[:128]}'. Ids are those of the shop's own feed.")
    return opened if isinstance(opened, AppError) else None


def _of_record(plan: Plan, record: ItemRecord) -> Plan:
    row, before = plan.before.row, plan.before.source
    pictures = pictures_of(row) if record.pictures is None and row is not None else record.pictures or ()
    source = source_of(record, pictures)
    same_pictures = row is not None and _digests(pictures) == _digests(pictures_of(row))
    unchanged = row is not None and same_pictures and is_as(record, row)
    seen_anew = before is None or source is None or (source.image_hash, source.text_hash) != (
        before.image_hash, before.text_hash
    )  # fmt: skip
    reworded = row is None or any(getattr(record, name) != getattr(row, name) for name in ("title", "title_zh", *NAMES))
    return replace(
        plan,
        outcome="unchanged" if unchanged else "changed" if row is not None else "created",
        record=None if unchanged else record,
        pictures=pictures,
        source=source,
        embed=source is not None and (plan.operation.op == "upsert" or seen_anew),
        retell=not unchanged and (reworded or not same_pictures),
    )


def pictures_of(row: ItemRow) -> tuple[PictureRecord, ...]:
    return tuple(PictureRecord(p.blob_key, p.sha256, p.width, p.height) for p in row.pictures)


def etag_of_item(content_hash: str, pictures: Sequence[PictureRecord]) -> str:
    """Of everything that an item's own data say."""
    return etag_of(content_hash, *_digests(pictures))


def _is_match(if_match: str, row: ItemRow | None) -> bool:
    """Strong comparison (RFC 9110, section 13.1.1); `*` is any item that there is."""
    given = [tag.strip() for tag in if_match.split(",")]
    return row is not None and ("*" in given or etag_of_item(row.content_hash, pictures_of(row)) in given)


def _digests(pictures: Sequence[PictureRecord]) -> tuple[str, ...]:
    return tuple(picture.sha256 for picture in pictures)


def _hash(stored: StoredEmbedding | None) -> str:
    return "" if stored is None else stored.source_hash
