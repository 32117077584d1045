"""How many cores one thread's arithmetic spreads over."""

import torch
from threadpoolctl import threadpool_limits


def alone() -> None:
    """Keep the calling thread's arithmetic on one core: for threads of which several do the same at a time.

    torch would spread each over all cores; they would wait for each other, spinning, and the forward for them all.
    OpenMP counts threads for each of the threads that begin a region (OpenMP 5.2, section 2.1), so nobody else changes.
    """
    torch.get_num_threads()  # torch gives a thread its count when that first asks, and would undo what comes before
    threadpool_limits(1, user_api="openmp")
