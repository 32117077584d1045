"""What an admin sends and gets: live changes, feeds, jobs, indexes, the audit trail."""

import datetime as dt
from typing import Literal

from tryon_client.base import Answer, Asked, FacetValue
from tryon_client.models import Item

ItemProblem = Literal["no_picture", "no_kind", "not_worn", "not_indexed", "no_price", "inferred"]
JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
FeedFormat = Literal["auto", "google_xml", "google_tsv", "shopify", "jsonl", "csv", "folder"]
RowOutcome = Literal["created", "changed", "unchanged", "folded", "failed", "skipped", "retired"]


class Price(Asked):
    """An amount with its currency, which is the shop's when left out."""

    amount: str | float
    currency: str | None = None


class Size(Asked):
    """A size, and how many there are; without `stock` they are not counted."""

    size: str
    stock: int | None = None


class ItemFields(Asked):
    """An item as a feed's row gives it. In a change, a field set to None is emptied; one that is not set stays.

    `pictures`: https addresses, or `data:` URLs in base64.
    """

    id: str | None = None
    title: str | None = None
    title_zh: str | None = None
    description: str | None = None
    brand: str | None = None
    kind: str | None = None
    colour: str | None = None
    gender: str | None = None
    age_group: str | None = None
    season: str | None = None
    usage: str | None = None
    pattern: str | None = None
    attributes: dict[str, str | int | float | list[str] | None] | None = None
    price: Price | str | float | None = None
    sale_price: Price | str | float | None = None
    currency: str | None = None
    rating: float | None = None
    link: str | None = None
    group_id: str | None = None
    sizes: list[Size | str] | None = None
    stock: int | dict[str, int | None] | None = None
    availability: str | None = None
    pictures: list[str] | None = None


class Operation(Asked):
    """One change of a batch; `item` is not for a deletion."""

    op: Literal["upsert", "patch", "delete"]
    id: str
    item: ItemFields | None = None
    if_match: str | None = None


class FieldIssue(Answer):
    field: str
    reason: str


class Change(Answer):
    """What became of one change. `searchable`: the next search may find the item."""

    id: str
    op: str
    outcome: str
    searchable: bool
    etag: str | None = None
    warnings: list[FieldIssue] = []
    error: str | None = None
    errors: list[FieldIssue] = []


class Changes(Answer):
    """One result an operation, in their order."""

    results: list[Change]
    counts: dict[str, int]


class InspectedItem(Item):
    """An item with what a shopper is not shown; `problems`: why it is not suggested, or only by guesses."""

    title_zh: str
    stock: int | None
    pictures: int
    problems: list[str]
    updated_at: dt.datetime


class InspectedItems(Answer):
    items: list[InspectedItem]
    next: str | None = None
    total: int | None = None
    facets: dict[str, list[FacetValue]] | None = None
    problems: dict[str, int] | None = None


class Variant(Answer):
    size: str
    stock: int | None


class Picture(Answer):
    url: str
    sha256: str
    width: int
    height: int


class StoredVector(Answer):
    signal: str
    model_revision: str
    preprocess_version: str
    usable: bool


class Inspection(Answer):
    """Everything known of one item; `stated` is what the feed itself said."""

    item: InspectedItem
    etag: str
    title: str
    stated: dict[str, str]
    description: str
    attributes: dict[str, str | list[str]]
    group_id: str
    variants: list[Variant]
    pictures: list[Picture]
    embeddings: list[StoredVector]
    created_at: dt.datetime


class JobError(Answer):
    reason: str
    sequence: int | None = None
    attempt: int | None = None
    item: str | None = None
    line: int | None = None
    field: str | None = None
    row: bool | None = None


class JobParams(Answer):
    """What was asked for."""

    model: str | None = None
    force: bool | None = None
    reencode: bool | None = None
    feed: str | None = None
    url: str | None = None
    format: str | None = None
    mapping: dict[str, str | list[str]] | None = None
    dry_run: bool | None = None
    full: bool | None = None
    retire_up_to: float | None = None


class ImportResult(Answer):
    """Rows by what became of them."""

    dry_run: bool
    full: bool
    format: str
    rows: int
    created: int
    changed: int
    unchanged: int
    folded: int
    failed: int
    skipped: int
    retired: int
    warned: int
    rows_url: str


class ReindexResult(Answer):
    """The version live afterwards, items in it, items embedded and looked at, versions deleted."""

    version: str
    unchanged: bool
    items: int
    encoded_images: int
    encoded_texts: int
    encoded_tokens: int = 0
    inferred: int = 0
    pruned: list[str] = []


class Job(Answer):
    """A job; `rate` in units a second, `eta_s` in seconds."""

    id: str
    kind: str
    params: JobParams
    state: str
    stage: str
    attempts: int
    sequence: int
    done: int
    total: int | None
    rate: float | None
    eta_s: float | None
    errors: list[JobError]
    result: ImportResult | ReindexResult | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @property
    def ended(self) -> bool:
        return self.state in ("succeeded", "failed", "cancelled")


class Issue(Answer):
    field: str
    reason: str
    level: str


class Row(Answer):
    """One row of a feed, its item, and what became of it."""

    position: int
    line: int
    item_id: str
    outcome: str
    issues: list[Issue]


class IndexModel(Answer):
    name: str
    revision: str
    preprocess_version: str


class Index(Answer):
    """One built version. `usable`: the loaded model can search it."""

    version: str
    live: bool
    previous: bool
    usable: bool
    created_at: str
    model: IndexModel
    dims: int
    count: int
    kind: str
    precision: str
    size_bytes: int
    checks: dict[str, float]
    catalog_revision: int | None


class AuditRecord(Answer):
    """One thing that an admin did or tried; `status` is None where no answer came."""

    id: str
    at: dt.datetime
    key_id: str
    key_prefix: str
    action: str
    object: str
    status: int | None
    request_id: str
