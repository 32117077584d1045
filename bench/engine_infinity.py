"""infinity-emb's AsyncEmbeddingEngine, asked through standard input: one JSON line in, one out.

It runs in an environment of its own (`pip install "infinity-emb[torch,vision,server]" aiohttp`), see bench/engine.py.
"""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from infinity_emb import AsyncEmbeddingEngine, EngineArgs
from PIL import Image

from bench.engine_load import Load, Measured


async def main(model: str, pictures: list[Image.Image], threads: int, batch: int, dtype: str) -> None:
    torch.set_num_threads(threads)
    arguments = EngineArgs(
        model_name_or_path=model, engine="torch", device="cpu", dtype=dtype, batch_size=batch, model_warmup=False,
        bettertransformer=False,
    )  # fmt: skip
    engine = AsyncEmbeddingEngine.from_args(arguments)

    async def ask(picture: Image.Image) -> object:
        return await engine.image_embed(images=[picture])

    load: Load[Image.Image] = Load(ask)
    async with engine:
        await load.closed(pictures[:8], 4)
        print(json.dumps({"ready": len(pictures)}), flush=True)
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            print(json.dumps(asdict(await told(load, pictures, json.loads(line)))), flush=True)


async def told(load: Load[Image.Image], pictures: list[Image.Image], asked: dict[str, Any]) -> Measured:
    if "callers" in asked:
        return await load.closed(pictures, asked["callers"])
    return await load.open(pictures, asked["per_s"])


if __name__ == "__main__":
    opened = [Image.open(path).convert("RGB") for path in sorted(Path(sys.argv[2]).glob("*.png"))]
    asyncio.run(main(sys.argv[1], opened, int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]))
