"""Is an outfit one that a shop may show? Judged from the shop's own tables, by nothing that composes outfits.

It reads `catalog/items.csv` and `offers.csv` as they are and knows where on the body each of their shelves goes.
"""

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

TWO_IN_ONE = "whole body"
FEET = "feet"
BY_SHELF = {
    **{"Topwear": "torso", "Bottomwear": "legs", "Dress": TWO_IN_ONE, "Saree": TWO_IN_ONE, "Apparel Set": TWO_IN_ONE},
    **{"Shoes": FEET, "Sandal": FEET, "Flip Flops": FEET, "Bags": "bag", "Belts": "waist", "Watches": "watch"},
    **{"Jewellery": "jewellery", "Eyewear": "eyes", "Headwear": "head", "Ties": "collar", "Cufflinks": "cuffs"},
    **{"Scarves": "neck", "Stoles": "neck", "Mufflers": "neck", "Wallets": "pocket", "Gloves": "hands"},
    "Wristbands": "wrist",
}
"""Where things of a shelf (`sub_category`) go. What is not listed is not for an outfit."""

BY_TYPE = {
    **dict.fromkeys(("Jackets", "Rain Jacket", "Blazers", "Waistcoat", "Nehru Jackets", "Shrug"), "over the torso"),
    **dict.fromkeys(("Rompers", "Dresses", "Tracksuits", "Salwar and Dupatta", "Jumpsuit"), TWO_IN_ONE),
    **{"Dupatta": "neck", "Suspenders": "waist", "Belts": "waist", "Messenger Bag": "bag"},
    **{"Clutches": "bag", "Booties": FEET, "Wristbands": "wrist"},
    **{
        "Ties": "collar",
        "Backpacks": "bag",
        "Handbags": "bag",
        "Laptop Bag": "bag",
        "Scarves": "neck",
        "Shorts": "legs",
    },
    **dict.fromkeys(("Stockings", "Tights", "Swimwear", "Camisoles"), ""),
}
"""Types that lie on another shelf than their place on the body; empty: not for an outfit."""

PLACE_OF_SLOT = {
    "top": "torso",
    "bottom": "legs",
    "one_piece": TWO_IN_ONE,
    "footwear": FEET,
    "outerwear": "over the torso",
}
"""Places of the shopper's own garment, which is in no table."""

OPPOSITE = ({"Summer", "Winter"}, {"Spring", "Fall"})
FOR = {"women": {"Women", "Unisex"}, "men": {"Men", "Unisex"}, "": {"Women", "Men", "Unisex"}}
CHILDREN = {"women": {"Girls", *FOR["women"]}, "men": {"Boys", *FOR["men"]}, "": {"Girls", "Boys", *FOR[""]}}
SEX = {"Women": "women", "Girls": "women", "Men": "men", "Boys": "men"}
LEAST = 3
LITTLE_ONES = re.compile(
    r"\b(kid|kids|kid's|kids'|kidswear|children'?s?|infant|toddler|juniors?|boys?|boy's|girls?|girl's)\b"
)
NOT_LITTLE = re.compile(r"\b(women|women's|men's|lady|ladies)\b|\bboy[ -](leg|shorts?)\b|(?<!mr\.)(?<!mr\. )\bmen\b")


@dataclass(frozen=True, slots=True)
class Ware:
    """One row of the shop's tables. `place` is empty for what nobody wears in an outfit."""

    id: str
    place: str
    gender: str
    season: str
    price: Decimal
    stock: int
    childs: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the shopper said that every look must keep; empty where nothing was said. `season` in the shop's words."""

    gender: str = ""
    season: str = ""
    budget: Decimal | None = None
    for_children: bool = False


def read_wares(catalog: Path) -> dict[str, Ware]:
    """Every row of the shop, by id."""
    with (catalog / "offers.csv").open(encoding="utf-8", newline="") as file:
        offers = {row["id"]: row for row in csv.DictReader(file)}
    with (catalog / "items.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: _ware(row, offers[row["id"]]) for row in csv.DictReader(file)}


def _ware(row: Mapping[str, str], offer: Mapping[str, str]) -> Ware:
    place = BY_TYPE.get(row["article_type"], BY_SHELF.get(row["sub_category"], ""))
    price = Decimal(offer["sale_price"] or offer["price"])
    return Ware(
        row["id"], place, row["gender"], row["season"], price, sum(map(int, offer["stock"].split("|"))), _childs(row)
    )


def _childs(row: Mapping[str, str]) -> bool:
    """By the shelf's word for whom, or by the title: this shop files many a boy's shirt under men."""
    title = row["name"].casefold().replace("’", "'")
    said = set(LITTLE_ONES.findall(title))
    surely = any(word.startswith(("kid", "child", "infant", "toddler", "junior")) for word in said)
    return row["gender"] in ("Boys", "Girls") or surely or (bool(said) and not NOT_LITTLE.search(title))


def faults(outfits: Sequence[Mapping[str, Any]], wares: Mapping[str, Ware], asked: Asked) -> list[str]:
    """Everything wrong with the `outfits` of one answer, in words; empty when all is well."""
    wrong = [fault for number, one in enumerate(outfits, 1) for fault in _of_one(number, one, wares, asked)]
    bought = [[i for i in _ids(one) if i != _anchor(outfits)] for one in outfits]
    again = [i for i, times in Counter(i for ids in bought for i in ids).items() if times > 1]
    return [*wrong, *(f"{i} stands in two outfits of one answer" for i in again)]


def _of_one(number: int, one: Mapping[str, Any], wares: Mapping[str, Ware], asked: Asked) -> list[str]:
    found = [wares[i] for i in _ids(one) if i in wares]
    own = [PLACE_OF_SLOT.get(p["slot"], p["slot"]) for p in one["items"] if p["given"]]
    places = [*own, *(w.place for w in found)]
    people = (CHILDREN if asked.for_children else FOR)[asked.gender]
    seasons = {w.season for w in found} | {asked.season}
    total = sum((w.price for w in found), Decimal(0))
    said = one.get("total_price")
    checks = {
        "unknown items": len(found) != len(_ids(one)),
        "an item twice": len(set(_ids(one))) != len(_ids(one)),
        "something not worn in outfits": "" in places,
        "two things in one place": len(set(places)) != len(places),
        "a whole-body garment with a top or trousers": TWO_IN_ONE in places and bool({"torso", "legs"} & set(places)),
        "fewer than three pieces": len(places) + (TWO_IN_ONE in places) < LEAST,
        "no shoes": FEET not in places,
        "nothing on torso or legs": not {TWO_IN_ONE, "torso"} & set(places) or not {TWO_IN_ONE, "legs"} & set(places),
        "something for others": any(w.gender not in people for w in found),
        "a child's thing for an adult, or the reverse": any(w.childs != asked.for_children for w in found),
        "things for women and for men": {"women", "men"} <= {SEX.get(w.gender) for w in found},
        "opposite seasons": any({a, b} in OPPOSITE for a, b in combinations(seasons, 2)),
        "something out of stock": any(w.stock < 1 for w in found),
        "a sum that is not the sum": said is not None and Decimal(said["amount"]) != total,
        "more than the budget": asked.budget is not None and total > asked.budget,
    }
    return [f"outfit {number}: {what} ({', '.join(places)})" for what, is_so in checks.items() if is_so]


def _ids(one: Mapping[str, Any]) -> list[str]:
    return [piece["item"]["id"] for piece in one["items"] if not piece["given"]]


def _anchor(outfits: Sequence[Mapping[str, Any]]) -> str | None:
    """The catalogue item that the looks are built around: the one first in each of them."""
    firsts = {one["items"][0]["item"]["id"] for one in outfits if not one["items"][0]["given"]}
    return firsts.pop() if len(firsts) == 1 and len(outfits) > 1 else None
