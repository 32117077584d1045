"""Everything an operator may set, from the environment (`TRYON_*`, nested with `__`) or a `.env` file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ByteSize, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.admission.settings import AdmissionSettings, ServerSettings
from app.auth.settings import AuthSettings
from app.feedback.settings import FeedbackSettings
from app.jobs.settings import JobSettings
from app.media.fetching.settings import FetchSettings
from app.observability.settings import MetricsSettings, TraceSettings
from app.photos.settings import PhotoSettings

MEGABYTE = 1_000_000
DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")


class Locale(StrEnum):
    """Languages an answer may be given in."""

    en = "en"
    zh = "zh"


class ModelSettings(BaseModel):
    """Which model embeds photos and words, and where it runs.

    `runtime`: `torch`; `onnx`, its exported graphs; `int8`, those for queries in eight bits. They are exported at the
    first start into `exports` (the data folder's own where empty) and served only when they pass their gate.

    One forward pass takes `max_batch` inputs with `max_batch_pixels` pixels, as the model gets them, at the most; so
    many photos may be cropped, and so many inputs wait, as `max_queue` says. `prepare_threads` make photos ready for
    it (none: one a core, from 2 to 16). Who waited for `deadline_s` seconds is told so and costs no forward.
    `shared_cache` (`redis://…`, the extra `redis`) remembers encodings for all processes for `shared_cache_s` seconds.
    `compile` hands the network to torch.compile: a minute of the start for a faster forward on a GPU.
    """

    name: str = "tryon-mini"
    runtime: Literal["torch", "onnx", "int8"] = "torch"
    exports: Path | None = None
    device: str = "auto"
    precision: str = "auto"
    threads: int | None = Field(default=None, ge=1)
    fusion: str = "attention"
    fusion_dir: Path | None = None
    compile: bool = False
    max_batch: int = Field(default=32, ge=1)
    max_batch_pixels: int = Field(default=16_000_000, ge=1)
    max_queue: int = Field(default=256, ge=1)
    prepare_threads: int | None = Field(default=None, ge=1)
    deadline_s: float = Field(default=10.0, gt=0)
    cache_entries: int = Field(default=4096, ge=0)
    cache_bytes: int = Field(default=64 * MEGABYTE, ge=0)
    shared_cache: str = Field(default="", pattern=r"^$|^(redis|rediss|unix)://.+")
    shared_cache_s: int = Field(default=86_400, ge=1)


class PreprocessSettings(BaseModel):
    """What finds the garment in a photo: `tryon-cut`, `classical`, `none`, or `rembg:` and one of rembg's models."""

    segmenter: str = Field(default="tryon-cut", pattern=r"^(tryon-cut|classical|none|rembg:[\w.-]+)$")


class DatabaseSettings(BaseModel):
    """SQLAlchemy async URL; empty means SQLite inside the data folder."""

    url: str = ""
    pool_size: int = Field(default=10, ge=1)

    @field_validator("url")
    @classmethod
    def _with_a_driver_we_ship(cls, url: str) -> str:
        try:
            known = not url or make_url(url).drivername in DRIVERS
        except ArgumentError:
            known = False
        if not known:
            raise ValueError(f"must start with {' or '.join(f'{driver}://' for driver in DRIVERS)}")
        return url


class IndexSettings(BaseModel):
    """How catalogue snapshots are built and kept.

    `kind`: `flat` scans (exact), `hnsw` walks a graph, `ivfpq` keeps short codes in memory and the vectors on disk;
    `auto` takes the first that suits the catalogue's size and `memory` (bytes, or `4GB`; none: half of what this
    process may use). `precision`: what is kept of a vector, see `models.index.vectors`. `keep`: versions kept for
    rollback, the live one and the one before it always. `tokens`: how many of each item are kept for `ranking.rerank`.
    `canaries`: a file of queries and what they must find, or no new version goes live, see `app.indexes.canaries`.
    """

    kind: Literal["auto", "flat", "hnsw", "ivfpq"] = "auto"
    memory: ByteSize | None = Field(default=None, ge=1)
    precision: Literal["float32", "float16", "int8"] = "float32"
    keep: int = Field(default=3, ge=1)
    tokens: int = Field(default=0, ge=0, le=32)
    canaries: Path | None = None


class LimitSettings(BaseModel):
    """What a request may cost.

    `request_bytes`: a form with photos, or an admin's changes; `json_bytes`: any other body. All of it must come within
    `body_s` seconds (a feed: `feed_s`) and never pause for `silence_s`. `shoppers_per_hour`: how many one address may
    create with a browser's key, beside the rate of `admission.address.others`; 0: any.
    """

    photo_bytes: int = Field(default=15 * MEGABYTE, ge=1)
    photo_pixels: int = Field(default=50_000_000, ge=1)
    request_bytes: int = Field(default=40 * MEGABYTE, ge=1)
    json_bytes: int = Field(default=MEGABYTE, ge=1)
    body_s: float = Field(default=120.0, gt=0)
    feed_s: float = Field(default=3600.0, gt=0)
    silence_s: float = Field(default=15.0, gt=0)
    description_chars: int = Field(default=2_000, ge=1)
    labels: int = Field(default=100, ge=1)
    label_chars: int = Field(default=100, ge=1)
    shoppers_per_hour: int = Field(default=60, ge=0)


class ShopSettings(BaseModel):
    """The shop's own facts. `private_attributes` of its feed are neither filters nor facets; the margin never is."""

    name: str = "tryon demo shop"
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    locale: Locale = Locale.en
    private_attributes: list[str] = []


class OutfitSettings(BaseModel):
    """What composes looks: a folder that `tryon train --task outfits` wrote; without it, what people wear together."""

    scorer: Path | None = None


class TaxonomySettings(BaseModel):
    """The shop's own kinds and category names, a YAML file (see models/taxonomy/extra.py)."""

    extra: Path | None = None


Boost = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
"""From -1, which buries, to 1."""


class MerchandisingSettings(BaseModel):
    """What the merchant would rather sell, each rule from -1 (bury) to 1 (boost); 0 is no rule.

    `in_stock` moves what is sold out and leaves the rest where it is, so that a shop that counts nothing sees no
    difference. `new` fades over `new_days` since the item came into the catalogue, or since the date in the shop's own
    attribute `new_field`; `rating` counts from 3 of 5 stars, both ways; `margin` goes by the number in the shop's own
    attribute `margin_field`; `brands` are weights by name. An item that lacks such a field is neither moved up nor
    down.
    """

    in_stock: Boost = 0.5
    on_sale: Boost = 0.0
    new: Boost = 0.0
    new_days: int = Field(default=30, ge=1)
    new_field: str = ""
    brands: dict[str, Boost] = {}
    rating: Boost = 0.0
    margin: Boost = 0.0
    margin_field: str = "margin"


class RerankSettings(BaseModel):
    """A closer look at the `depth` best candidates of a hybrid answer, by the tokens that `index.tokens` keeps.

    What standing out among them adds to the log-odds of a score: `words` by what was said, as far as the fusion heeded
    it; `photo` by a photo without words. A depth of 0 is off: it gains where embeddings decide alone, and loses where
    the items' own kinds and colours do (`python -m bench.rerank`).
    """

    depth: int = Field(default=0, ge=0, le=1000)
    words: float = Field(default=0.3, ge=0)
    photo: float = Field(default=0.5, ge=0)

    @property
    def on(self) -> bool:
        """Whether anything is looked at again."""
        return self.depth > 0 and (self.words > 0 or self.photo > 0)


class RankingSettings(BaseModel):
    """Weights of the parts of a suggestion's score, and how candidates are chosen.

    `lexical` is the weight of a shopper's words where they are ordinary ones, `named` what a brand, a line, a material
    or a code adds to it. `size`: what not being in stock in the shopper's usual size takes off the log-odds of a score.
    """

    image: float = Field(default=1.0, gt=0)
    text: float = Field(default=0.35, ge=0)
    lexical: float = Field(default=0.15, ge=0)
    named: float = Field(default=1.0, ge=0)
    kind: float = Field(default=0.8, ge=0)
    colour: float = Field(default=0.6, ge=0)
    attributes: float = Field(default=0.3, ge=0)
    over_fetch: int = Field(default=200, ge=1)
    diversity: float = Field(default=0.15, ge=0, le=1)
    taste: float = Field(default=2.0, ge=0)
    popularity: float = Field(default=0.15, ge=0)
    size: float = Field(default=2.0, ge=0)
    boosts: MerchandisingSettings = MerchandisingSettings()
    rerank: RerankSettings = RerankSettings()


class InferenceSettings(BaseModel):
    """What a feed leaves out, told from titles and pictures at a reindex.

    `confidence`: the least at which filters, ranking and outfits go by it. A changed value counts from the next
    reindex on, which embeds nothing again for it.
    """

    enabled: bool = True
    confidence: float = Field(default=0.8, ge=0, le=1)


class AdviceSettings(BaseModel):
    """Who words the advice on looks: a grammar; or a language model that transformers loads, where `model` names one.

    What it writes is checked against the facts, and the grammar's words stand in for what is wrong or late: all looks
    of one answer share `limit_s` seconds.
    """

    model: str = ""
    device: str = "auto"
    limit_s: float = Field(default=4.0, gt=0, le=60)
    max_tokens: int = Field(default=120, ge=16, le=512)


class ImportSettings(BaseModel):
    """What a feed may cost, and how much a full one may take away.

    `feed_bytes`: an upload, or a feed given by its address, with its pictures; `unpacked_bytes`: a feed out of gzip.
    `retire_up_to`: the largest share of the catalogue that one full feed may retire, unless it says otherwise itself.
    What was uploaded for an import that failed is kept for `keep_failed_h` hours, so that it can be run again.
    """

    feed_bytes: int = Field(default=2_000 * MEGABYTE, ge=1)
    unpacked_bytes: int = Field(default=20_000 * MEGABYTE, ge=1)
    retire_up_to: float = Field(default=0.5, ge=0, le=1)
    keep_failed_h: float = Field(default=24.0, ge=0)


class Settings(BaseSettings):
    """All settings. Nothing set: SQLite, the shipped model, a local folder."""

    model_config = SettingsConfigDict(
        env_prefix="TRYON_", env_nested_delimiter="__", env_file=".env", extra="ignore", frozen=True
    )

    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    log_level: str = "INFO"
    log_format: Literal["json", "console"] = "json"
    model: ModelSettings = ModelSettings()
    preprocess: PreprocessSettings = PreprocessSettings()
    database: DatabaseSettings = DatabaseSettings()
    index: IndexSettings = IndexSettings()
    limits: LimitSettings = LimitSettings()
    photos: PhotoSettings = PhotoSettings()
    shop: ShopSettings = ShopSettings()
    taxonomy: TaxonomySettings = TaxonomySettings()
    outfits: OutfitSettings = OutfitSettings()
    ranking: RankingSettings = RankingSettings()
    inference: InferenceSettings = InferenceSettings()
    feedback: FeedbackSettings = FeedbackSettings()
    auth: AuthSettings = AuthSettings()
    admission: AdmissionSettings = AdmissionSettings()
    server: ServerSettings = ServerSettings()
    jobs: JobSettings = JobSettings()
    imports: ImportSettings = ImportSettings()
    fetch: FetchSettings = FetchSettings()
    advice: AdviceSettings = AdviceSettings()
    metrics: MetricsSettings = MetricsSettings()
    traces: TraceSettings = TraceSettings()

    @property
    def database_url(self) -> str:
        return self.database.url or f"sqlite+aiosqlite:///{(self.data_dir / 'tryon.db').resolve()}"

    @property
    def index_dir(self) -> Path:
        return self.data_dir / "indexes"

    @property
    def exports_dir(self) -> Path:
        return self.model.exports or self.data_dir / "exports"

    @property
    def imports_dir(self) -> Path:
        return self.data_dir / "imports"

    @property
    def blob_dir(self) -> Path:
        return self.data_dir / "blobs"
