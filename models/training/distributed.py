"""Several processes that train one model together, as torchrun starts them; one process is the usual case."""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

PATIENCE = dt.timedelta(hours=24)
"""How long processes wait for the first to prepare what is cached: a large catalogue takes hours."""


@dataclass(frozen=True, slots=True)
class Crew:
    """This process's place among those that train together."""

    rank: int = 0
    size: int = 1
    local: int = 0

    @property
    def leads(self) -> bool:
        """Whether this process reports, saves and exports for all."""
        return self.rank == 0

    def wrap(self, task: nn.Module, device: torch.device) -> nn.Module:
        """`task` with gradients averaged over the crew; itself when alone. Each process keeps negatives of its own."""
        if self.size == 1:
            return task
        ids = [device.index] if device.type == "cuda" else None
        return DistributedDataParallel(task, device_ids=ids, find_unused_parameters=True, broadcast_buffers=False)

    def told(self, number: int) -> int:
        """The leader's `number`, on every process."""
        if self.size == 1:
            return number
        shared = [number]
        distributed.broadcast_object_list(shared)
        return shared[0]

    def wait(self) -> None:
        """Until every process has come this far."""
        if self.size > 1:
            distributed.barrier()


@contextmanager
def crew(device: torch.device) -> Iterator[Crew]:
    """Joins the processes torchrun started, by its environment variables; alone without them."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Crew()
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield Crew(distributed.get_rank(), size, int(os.environ.get("LOCAL_RANK", "0")))
    finally:
        distributed.destroy_process_group()


def training_device(wanted: str) -> torch.device:
    """`auto` is this process's GPU where there is one. Raises ValueError for a GPU that is not there."""
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda":
        wanted = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    if wanted.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(f"device {wanted!r} was asked for but torch sees no CUDA GPU; use auto or cpu")
    return torch.device(wanted)
