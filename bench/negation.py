"""How much less of a thing comes up once a shopper turns it down, on a catalogue already indexed.

`python -m bench.negation --data-dir var/full` asks each wish three ways, for the thing, without naming it and
against it ("black dress", "dress", "dress, not black"), and counts the thing among the first ten by what the items'
data and titles say. The data folder is migrated and written to: give it a copy.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from asgi_lifespan import LifespanManager
from rich.console import Console
from rich.table import Table

from app.auth.settings import AuthSettings
from app.db.migrate import upgrade
from app.db.session import Database
from app.jobs.settings import JobSettings
from app.main import create_app
from app.settings import ModelSettings, Settings
from models.taxonomy import taxonomy

TOP = 10
Item = dict[str, Any]
Is = Callable[[Item], bool]


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing wanted and turned down: how it is asked for, left open, and refused."""

    wanted: str
    plain: str
    refused: str
    hit: Is


def colour(name: str) -> Is:
    """Of that colour or a shade of it."""
    covered = {c.id for c in taxonomy().colours.values() if name in (c.id, c.family)}
    return lambda item: item["colour"] in covered


def pattern(name: str, *said: str) -> Is:
    return lambda item: item["pattern"] == name or any(word in item["title"].lower() for word in said)


def kind(*names: str) -> Is:
    return lambda item: item["kind"] in names


def title(*said: str) -> Is:
    return lambda item: any(word in item["title"].lower() for word in said)


def both(one: Is, other: Is) -> Is:
    return lambda item: one(item) and other(item)


STRIPED, CHECKED = pattern("striped", "stripe"), pattern("checked", "check ", "checks", "checked")
PRINTED, HOODED = pattern("printed", "printed", " print "), title("hood")

WISHES = (
    Wish("black dress", "dress", "dress, not black", colour("black")),
    Wish("black dress for a party", "dress for a party", "dress for a party but no black please", colour("black")),
    Wish("red dress", "dress", "a dress in any colour except red", colour("red")),
    Wish("white shirt", "shirt", "shirt, anything but white", colour("white")),
    Wish("blue shirt", "shirt for the office", "shirt for the office, I don't want blue", colour("blue")),
    Wish("blue jeans", "jeans", "non-blue jeans", colour("blue")),
    Wish("black shoes", "shoes", "shoes, black? no thanks", colour("black")),
    Wish("brown bag", "handbag", "handbag that isn't brown", colour("brown")),
    Wish("grey sweater", "sweater", "a sweater, grey is a no-go", colour("grey")),
    Wish("pink top", "top for women", "top for women without pink", colour("pink")),
    Wish(
        "black or white sneakers",
        "sneakers",
        "sneakers, not black or white",
        lambda i: colour("black")(i) or colour("white")(i),
    ),
    Wish("black watch", "watch for men", "watch for men -black", colour("black")),
    Wish("black heels", "heels", "heels but no black heels", both(colour("black"), kind("heels"))),
    Wish("striped shirt", "shirt", "shirt, no stripes", STRIPED),
    Wish("striped t-shirt", "t-shirt", "tee w/o stripes", STRIPED),
    Wish("striped polo", "polo shirt", "stripe-free polo shirt", STRIPED),
    Wish("checked shirt", "casual shirt", "casual shirt, not checked", CHECKED),
    Wish("checked shirt for men", "shirt for men", "shirt for men, anything except checks", CHECKED),
    Wish("printed t-shirt", "t-shirt", "plain t-shirt, no prints", PRINTED),
    Wish("printed dress", "dress", "dress, printed no", PRINTED),
    Wish("hooded sweatshirt", "sweatshirt", "sweatshirt without hood", HOODED),
    Wish("jacket with hood", "jacket", "jacket, no hood", HOODED),
    Wish("sleeveless dress", "dress", "dress, sleeveless no", title("sleeveless")),
    Wish("jeans", "something for my legs", "something for my legs, anything but jeans", kind("jeans")),
    Wish("shoes with heels", "shoes for a wedding", "shoes for a wedding, heels? no", kind("heels")),
    Wish("leather jacket", "jacket", "no leather jackets, other jackets please", title("leather")),
    Wish("黑色连衣裙", "连衣裙", "连衣裙，不要黑色", colour("black")),
    Wish("黑色鞋子", "鞋子", "鞋子，黑色不行", colour("black")),
    Wish("白色衬衫", "衬衫", "衬衫，除了白色都可以", colour("white")),
    Wish("红色上衣", "上衣", "上衣，红色就算了", colour("red")),
    Wish("蓝色牛仔裤", "牛仔裤", "非蓝色的牛仔裤", colour("blue")),
    Wish("条纹衬衫", "衬衫", "不带条纹的衬衫", STRIPED),
    Wish("条纹T恤", "T恤", "T恤，不想要带条纹的", STRIPED),
    Wish("格子衬衫", "男士衬衫", "男士衬衫 不要格子", CHECKED),
    Wish("印花连衣裙", "连衣裙", "连衣裙，别太花", PRINTED),
    Wish("牛仔裤", "裤子", "裤子，除了牛仔裤", kind("jeans")),
    Wish("高跟鞋", "婚礼穿的鞋", "婚礼穿的鞋，不要高跟鞋", kind("heels")),
    Wish("黑色高跟鞋", "高跟鞋", "高跟鞋，不要黑色的高跟鞋", both(colour("black"), kind("heels"))),
    Wish("连帽卫衣", "卫衣", "卫衣，不要带帽的", HOODED),
    Wish("粉色包", "包", "包，我讨厌粉色", colour("pink")),
    Wish("black dress 红色", "裙子", "裙子 not black", colour("black")),
)


def main(
    data_dir: Annotated[Path, typer.Option(help="A copy of a data folder with an index.")],
    model: Annotated[str, typer.Option(help="The model the index was built with.")] = "tryon-mini",
    mode: str = "hybrid",
    show: Annotated[bool, typer.Option(help="A row for each wish.")] = True,
) -> None:
    """Measure every wish and the fall of the whole."""
    shares = asyncio.run(_measure(data_dir, model, mode))
    table = Table("wanted", "plain", "refused", "share wanted", "plain", "refused")
    for wish, (wanted, plain, refused) in zip(WISHES, shares, strict=True):
        table.add_row(wish.wanted, wish.plain, wish.refused, *(f"{v:.1f}" for v in (wanted, plain, refused)))
    console = Console(width=140)
    if show:
        console.print(table)
    wanted, plain, refused = (sum(column) / len(shares) for column in zip(*shares, strict=True))
    console.print(
        f"{len(shares)} wishes, {mode}: asked for {wanted:.3f}, left open {plain:.3f}, turned down {refused:.3f}"
    )
    console.print(
        f"falls by {1 - refused / wanted:.1%} against asked for, by {1 - refused / plain:.1%} against left open"
    )


async def _measure(data_dir: Path, model: str, mode: str) -> list[tuple[float, float, float]]:
    settings = Settings(
        data_dir=data_dir,
        log_level="WARNING",
        model=ModelSettings(name=model),
        auth=AuthSettings(anonymous_shop=True),
        jobs=JobSettings(in_process=False),
    )
    database = Database.of(settings)
    await upgrade(database)
    await database.close()
    async with LifespanManager(create_app(settings), startup_timeout=None) as running:
        transport = httpx.ASGITransport(app=running.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop", timeout=60) as client:
            return [await _shares(client, wish, mode) for wish in WISHES]


async def _shares(client: httpx.AsyncClient, wish: Wish, mode: str) -> tuple[float, float, float]:
    wanted, plain, refused = [await _share(client, t, wish.hit, mode) for t in (wish.wanted, wish.plain, wish.refused)]
    return wanted, plain, refused


async def _share(client: httpx.AsyncClient, text: str, hit: Is, mode: str) -> float:
    """Of the first ten, how many are of the thing."""
    fields = {"description": text, "limit": str(TOP), "outfits": "0", "mode": mode}
    answer = await client.post("/v1/recommendations", files=[(k, (None, v)) for k, v in fields.items()])
    items = [s["item"] for s in answer.raise_for_status().json()["suggestions"]]
    return sum(map(hit, items)) / max(len(items), 1)


if __name__ == "__main__":
    typer.run(main)
