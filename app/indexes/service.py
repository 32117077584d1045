"""Use cases over index versions."""

import asyncio
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.catalog.live.catalog import same_space
from app.errors import NO_ROOM, IndexDamaged, IndexVersionNotFound, ModelMismatch, StorageFull
from app.indexes.schemas import IndexOut
from models.contracts import IndexCorrupt, IndexNotWritten, ModelError
from models.index import Manifest, SnapshotStore
from models.registry import ModelSpec


class Searching(Protocol):
    """What searches the live version in this process."""

    @property
    def spec(self) -> ModelSpec:
        """Of the model in use."""
        ...

    def ready_for(self, manifest: Manifest) -> AbstractAsyncContextManager[bool]:
        """Whether the model of a version can be had as it was. Raises ModelError."""
        ...

    async def refresh(self) -> object:
        """Search what is live now when this returns."""
        ...


@dataclass(frozen=True, slots=True)
class IndexService:
    """Listing index versions, verifying them and switching between them.

    Attributes:
        searching: None where nothing is searched: any version may go live, and those who search see the pointer move.
    """

    snapshots: SnapshotStore
    root: Path
    searching: Searching | None = None

    async def versions(self) -> list[IndexOut]:
        """Every version on disk, newest first."""
        return await asyncio.to_thread(self._versions)

    async def activate(self, version: str) -> IndexOut:
        """Verify `version`, every byte of it, and make it the live one.

        Raises:
            IndexVersionNotFound, ModelMismatch, IndexDamaged, StorageFull: nothing is switched.
            IndexNotWritten: nor here, where the folder refuses for another reason.
        """
        manifest = await self._manifest(version)
        async with AsyncExitStack() as stack:
            if self.searching is not None:
                await _make_ready(stack, self.searching, manifest)
            await self._switch(version)
            if self.searching is not None:
                await self.searching.refresh()
        return await asyncio.to_thread(self._shown, manifest)

    async def _switch(self, version: str) -> None:
        try:
            await asyncio.to_thread(self.snapshots.activate, version)
        except IndexCorrupt as fault:
            raise _damaged(version, fault) from fault
        except IndexNotWritten as error:
            if error.errno not in NO_ROOM:
                raise
            raise StorageFull(str(error.strerror)) from error

    async def verify(self, version: str) -> None:
        """Read every byte of `version`. Raises IndexVersionNotFound, IndexDamaged."""
        await self._manifest(version)
        try:
            await asyncio.to_thread(self.snapshots.verify, version)
        except IndexCorrupt as fault:
            raise _damaged(version, fault) from fault

    async def _manifest(self, version: str) -> Manifest:
        try:
            return await asyncio.to_thread(self.snapshots.manifest, version)
        except IndexCorrupt as fault:
            if version in await asyncio.to_thread(self.snapshots.damaged):
                raise IndexDamaged(f"Index {version} is damaged: {fault}. Activate another, or reindex.") from fault
        raise IndexVersionNotFound(f"There is no index version '{version[:64]}'. GET /v1/admin/indexes lists them.")

    def _versions(self) -> list[IndexOut]:
        return [self._shown(manifest) for manifest in reversed(self.snapshots.manifests())]

    def _shown(self, manifest: Manifest) -> IndexOut:
        return IndexOut.of(
            manifest,
            live=manifest.version == self.snapshots.current_version(),
            previous=manifest.version == self.snapshots.previous_version(),
            usable=self.searching is None or same_space(manifest, self.searching.spec),
            size_bytes=_size(self.root / manifest.version),
        )


async def _make_ready(stack: AsyncExitStack, searching: Searching, manifest: Manifest) -> None:
    """Have the model of a version at hand as long as `stack` is open. Raises ModelMismatch."""
    try:
        ready = await stack.enter_async_context(searching.ready_for(manifest))
    except ModelError as error:
        raise ModelMismatch(f"Index {manifest.version} is of a model that cannot be had: {error}") from error
    if not ready:
        raise ModelMismatch(
            f"Index {manifest.version} was built by model '{manifest.model}' ({manifest.revision}), but "
            f"'{searching.spec.name}' ({searching.spec.revision}) is loaded. Reindex, or start with that model."
        )


def _damaged(version: str, fault: IndexCorrupt) -> IndexDamaged:
    return IndexDamaged(f"Index {version} is damaged: {fault}. The live one stays. Activate another, or reindex.")


def _size(folder: Path) -> int:
    """Bytes of a version; 0 where it was pruned meanwhile."""
    try:
        return sum(path.stat().st_size for path in folder.iterdir())
    except FileNotFoundError:
        return 0
