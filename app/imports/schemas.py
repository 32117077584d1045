"""The wire: what to import, and what became of its rows."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.catalog.feeds.formats import FeedFormat
from app.catalog.importing.outcomes import Level, RowOutcome
from app.jobs.tables import JobOutcomeRow
from app.texts import PLAIN, CleanText

Columns = Annotated[CleanText, Field(max_length=200)]
ADDRESS_CHARS = 2_048
WEB = r"^[Hh][Tt][Tt][Pp][Ss]?://"


class ImportOptions(BaseModel):
    """How to import a feed.

    `mapping`: our field → the feed's column, or several of them. `full`: the feed is the whole catalogue, so items it
    does not name are retired, up to the share `retire_up_to` of the catalogue (the shop's setting when left out).
    """

    model_config = ConfigDict(extra="forbid")

    format: FeedFormat = FeedFormat.auto
    mapping: dict[Columns, Columns | list[Columns]] = Field(
        default={}, examples=[{"title": "product_name"}], json_schema_extra={"additionalProperties": False}
    )
    dry_run: bool = False
    full: bool = False
    retire_up_to: float | None = Field(default=None, ge=0, le=1)


class ImportIn(ImportOptions):
    """A feed by its address; pictures then come by theirs."""

    url: Annotated[
        CleanText,
        Field(max_length=ADDRESS_CHARS, pattern=WEB, json_schema_extra={"pattern": PLAIN.replace("^", WEB, 1)}),
    ]


class IssueOut(BaseModel):
    """A field ("" is the row as a whole), and what is wrong with it or, as a warning, doubtful."""

    field: str
    reason: str
    level: Level


class RowOut(BaseModel):
    """One row: its line in the feed (0: an item that the feed does not name), its item, and what became of it."""

    model_config = ConfigDict(from_attributes=True)

    position: int
    line: int
    item_id: str
    outcome: RowOutcome
    issues: list[IssueOut]

    @classmethod
    def of(cls, row: JobOutcomeRow) -> "RowOut":
        return cls.model_validate(row)
