"""Use cases over index versions."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.catalog.live.catalog import same_space
from app.errors import IndexDamaged, IndexVersionNotFound, ModelMismatch, StorageFull
from app.indexes.schemas import IndexOut
from models.contracts import IndexCorrupt, IndexNotWritten, ModelError
from models.index import Manifest, SnapshotStore
from models.registry import ModelSpec


async def _nobody_listens() -> None:
    """Where no service runs in this process; those that do see the pointer move."""


@dataclass(frozen=True, slots=True)
class IndexService:
    """Listing index versions, verifying them and switching between them.

    Attributes:
        spec: of the model that is to search them; None where none is loaded, and any version may go live.
        switched: awaited after a switch.
        can_serve: whether the model of a version can be loaded, as it was; None where nothing is loaded for it.
    """

    snapshots: SnapshotStore
    root: Path
    spec: ModelSpec | None = None
    switched: Callable[[], Awaitable[object]] = field(default=_nobody_listens)
    can_serve: Callable[[Manifest], Awaitable[bool]] | None = None

    async def versions(self) -> list[IndexOut]:
        """Every version on disk, newest first."""
        return await asyncio.to_thread(self._versions)

    async def activate(self, version: str) -> IndexOut:
        """Verify `version`, every byte of it, and make it the live one.

        Raises:
            IndexVersionNotFound, ModelMismatch, IndexDamaged, StorageFull: nothing is switched.
        """
        found = await self._found(version)
        if self.spec is not None and not found.usable and not await self._loadable(version):
            raise ModelMismatch(
                f"Index {version} was built by model '{found.model.name}' ({found.model.revision}), but "
                f"'{self.spec.name}' ({self.spec.revision}) is loaded. Reindex, or start with that model."
            )
        try:
            await asyncio.to_thread(self.snapshots.activate, version)
        except IndexCorrupt as fault:
            raise _damaged(version, fault) from fault
        except IndexNotWritten as error:
            raise StorageFull(str(error.strerror)) from error
        await self.switched()
        return await self._found(version)

    async def _loadable(self, version: str) -> bool:
        if self.can_serve is None:
            return False
        manifests = await asyncio.to_thread(self.snapshots.manifests)
        try:
            return any([await self.can_serve(one) for one in manifests if one.version == version])
        except ModelError as error:
            raise ModelMismatch(f"Index {version} is of a model that cannot be had: {error}") from error

    async def verify(self, version: str) -> IndexOut:
        """Read every byte of `version`. Raises IndexVersionNotFound, IndexDamaged."""
        found = await self._found(version)
        try:
            await asyncio.to_thread(self.snapshots.verify, version)
        except IndexCorrupt as fault:
            raise _damaged(version, fault) from fault
        return found

    async def _found(self, version: str) -> IndexOut:
        for index in await self.versions():
            if index.version == version:
                return index
        damaged = await asyncio.to_thread(self.snapshots.damaged)
        if version in damaged:
            raise IndexDamaged(f"Index {version} is damaged: {damaged[version]}. Activate another, or reindex.")
        raise IndexVersionNotFound(f"There is no index version '{version[:64]}'. GET /v1/admin/indexes lists them.")

    def _versions(self) -> list[IndexOut]:
        current, previous = self.snapshots.current_version(), self.snapshots.previous_version()
        return [
            IndexOut.of(
                manifest,
                live=manifest.version == current,
                previous=manifest.version == previous,
                usable=self.spec is None or same_space(manifest, self.spec),
                size_bytes=_size(self.root / manifest.version),
            )
            for manifest in reversed(self.snapshots.manifests())
        ]


def _damaged(version: str, fault: IndexCorrupt) -> IndexDamaged:
    return IndexDamaged(f"Index {version} is damaged: {fault}. The live one stays. Activate another, or reindex.")


def _size(folder: Path) -> int:
    """Bytes of a version; 0 where it was pruned meanwhile."""
    return sum(path.stat().st_size for path in folder.iterdir()) if folder.is_dir() else 0
