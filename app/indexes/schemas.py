"""The wire: index versions."""

from pydantic import BaseModel

from models.index import Manifest


class IndexModelOut(BaseModel):
    name: str
    revision: str
    preprocess_version: str


class IndexOut(BaseModel):
    """One built version.

    `usable`: the loaded model can search it. `previous`: it was live before the live one, and is kept for a way back.
    `checks`: what was found when it was built, such as `recall_at_10_image` and each canary's agreement.
    `catalog_revision`: of the catalogue when its contents were read.
    """

    version: str
    live: bool
    previous: bool
    usable: bool
    created_at: str
    model: IndexModelOut
    dims: int
    count: int
    kind: str
    precision: str
    size_bytes: int
    checks: dict[str, float]
    catalog_revision: int | None

    @classmethod
    def of(cls, manifest: Manifest, *, live: bool, previous: bool, usable: bool, size_bytes: int) -> "IndexOut":
        model = IndexModelOut(
            name=manifest.model, revision=manifest.revision, preprocess_version=manifest.preprocess_version
        )
        return cls(
            version=manifest.version, live=live, previous=previous, usable=usable, created_at=manifest.created_at,
            model=model, dims=manifest.dims, count=manifest.count, kind=manifest.kind, precision=manifest.precision,
            size_bytes=size_bytes, checks=dict(manifest.checks), catalog_revision=manifest.catalog_revision,
        )  # fmt: skip
