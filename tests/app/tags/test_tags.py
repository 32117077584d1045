"""POST /v1/tags over HTTP, with the shipped model: labels to probabilities, or what the taxonomy can say."""

import csv
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.contracts import RGB
from models.flats import Flat, demo_catalogue, draw
from models.taxonomy import taxonomy
from tests.app.conftest import Whole

SHARED = Path(os.environ.get("TRYON_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data" / "photos"
Encode = Callable[[RGB], bytes]


async def ask(
    shop: Whole, *photos: bytes, labels: tuple[str, ...] = (), headers: dict[str, str] | None = None, **fields: str
) -> httpx.Response:
    files: list[tuple[str, Any]] = [("photo", ("photo.png", data, "image/png")) for data in photos]
    files += [("labels", (None, label)) for label in labels]
    files += [(name, (None, value)) for name, value in fields.items()]
    return await shop.client.post("/v1/tags", files=files, headers=shop.key("shop") | (headers or {}))


def garment(kind: str, colour: str) -> Flat:
    return next(f for f in demo_catalogue() if f.kind == kind and f.colour == colour)


def some(kind: str) -> Flat:
    return next(f for f in demo_catalogue() if f.kind == kind)


def refused(answer: httpx.Response, status: int = 422) -> list[str]:
    """Fields of a problem's errors."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return [error["field"] for error in answer.json()["errors"]]


LABELS = ("dress", "t-shirt", "pants", "shoes", "outwear", "hat")


@pytest.mark.parametrize(
    ("kind", "label"),
    [("dress", "dress"), ("tshirt", "t-shirt"), ("jeans", "pants"), ("boots", "shoes"), ("coat", "outwear")],
)
async def test_the_right_label_comes_first_and_shares_add_up(
    shop: Whole, as_png: Encode, kind: str, label: str
) -> None:
    answer = await ask(shop, as_png(draw(some(kind))), labels=LABELS)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["labels"]
    told = answer.json()["labels"]
    assert told[0]["label"] == label
    assert {t["label"] for t in told} == set(LABELS)
    chances = [t["probability"] for t in told]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1, abs=1e-4)


async def test_labels_may_be_chinese_or_mixed_and_come_back_as_given(shop: Whole, as_png: Encode) -> None:
    answer = await ask(shop, as_png(draw(some("jeans"))), labels=("连衣裙", " 裤子 ", "Shoes"))
    told = answer.json()["labels"]
    assert told[0]["label"] == "裤子"
    assert {t["label"] for t in told} == {"连衣裙", "裤子", "Shoes"}


async def test_colours_as_labels(shop: Whole, as_png: Encode) -> None:
    for colour in ("red", "blue", "black"):
        answer = await ask(shop, as_png(draw(garment("dress", colour))), labels=("red", "blue", "black", "yellow"))
        assert answer.json()["labels"][0]["label"] == colour


async def test_one_label_is_certain_and_an_unknown_word_is_taken_as_it_stands(shop: Whole, square: bytes) -> None:
    answer = await ask(shop, square, labels=("zebra crossing",))
    assert answer.json() == {"labels": [{"label": "zebra crossing", "probability": 1.0}]}


async def test_without_labels_the_taxonomys_attributes(shop: Whole, as_png: Encode) -> None:
    photo = as_png(draw(garment("dress", "red")))
    answer = await ask(shop, photo)
    assert answer.status_code == 200
    assert list(answer.json()) == ["attributes"]
    told = {a["name"]: a for a in answer.json()["attributes"]}
    assert len(told) == len(answer.json()["attributes"])
    assert told["kind"]["value"] == "dress"
    assert taxonomy().colours[told["colour"]["value"]].family == "red"
    assert all(0 < a["confidence"] <= 1 for a in told.values())
    assert told.keys() <= {"kind", "colour", "gender", "age_group", "season", "usage", "pattern"}
    chinese = {a["name"]: a for a in (await ask(shop, photo, locale="zh")).json()["attributes"]}
    assert (chinese["kind"]["value"], chinese["kind"]["text"]) == ("dress", "连衣裙")
    preferred = await ask(shop, photo, headers={"Accept-Language": "zh-CN,en;q=0.5"})
    assert preferred.json()["attributes"] == list(chinese.values())


async def test_an_empty_label_field_is_as_good_as_none(shop: Whole, square: bytes) -> None:
    assert "attributes" in (await ask(shop, square, labels=("",))).json()


async def test_what_cannot_be_taken_is_named(shop: Whole, square: bytes) -> None:
    assert refused(await ask(shop, labels=("dress",))) in (["photo"], ["body"])
    assert refused(await ask(shop, square, square)) == ["photo"]
    assert refused(await ask(shop, square, labels=("dress", "Ｄｒｅｓｓ "))) == ["labels"]
    assert refused(await ask(shop, square, labels=("dress", "a\0b"))) == ["labels.1"]
    assert refused(await ask(shop, square, labels=("dress", "  "))) == ["labels.1"]
    assert refused(await ask(shop, square, labels=("x" * 101,))) == ["labels"]
    assert refused(await ask(shop, square, labels=tuple(map(str, range(101))))) == ["labels"]
    assert refused(await ask(shop, square, labels=tuple(map(str, range(2000))))) == ["body"]
    assert refused(await ask(shop, square, colour="red")) == ["colour"]
    assert refused(await ask(shop, square, locale="fr")) == ["locale"]
    assert refused(await ask(shop, square, photo_kind="dog")) == ["photo_kind"]
    assert refused(await ask(shop, b"GIF89a")) == ["photo"]
    assert refused(await ask(shop, b"no picture at all"), 415) == ["photo"]


async def test_a_retry_with_the_same_key_is_answered_alike_and_another_body_refused(
    shop: Whole, as_png: Encode, square: bytes
) -> None:
    key = {"Idempotency-Key": "tags-1"}
    photo = as_png(draw(some("dress")))
    first = await ask(shop, photo, labels=("dress", "shoes"), headers=key)
    again = await ask(shop, photo, labels=("dress", "shoes"), headers=key)
    assert (again.status_code, again.json()) == (200, first.json())
    other = await ask(shop, square, labels=("dress", "shoes"), headers=key)
    assert other.status_code == 422
    assert other.json()["type"].endswith("/idempotency-mismatch")


async def test_the_document_shows_the_form_and_both_answers(shop: Whole) -> None:
    document = (await shop.client.get("/openapi.json")).json()
    route = document["paths"]["/v1/tags"]["post"]
    form = route["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"photo", "labels", "photo_kind", "locale"} <= form["properties"].keys()
    shown = route["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]
    names = [one["$ref"].rpartition("/")[2] for one in shown]
    assert names == ["LabelsOut", "AttributesOut"]
    assert set(route["responses"]["200"]["content"]["application/json"]["examples"]) == set(names)


@pytest.mark.skipif(not (SHARED / "labels.csv").is_file(), reason="people's photos: ../shared/data is not here")
async def test_peoples_own_photos(shop: Whole) -> None:
    with (SHARED / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "val"]
    labels = tuple(sorted({row["label"] for row in rows}))
    by_label = [next(row for row in rows if row["label"] == label) for label in labels]
    with zipfile.ZipFile(SHARED / "images.zip") as archive:
        first = [
            (await ask(shop, archive.read(f"{row['id']}.webp"), labels=labels)).json()["labels"][0]["label"]
            for row in by_label
        ]
    assert sum(found == row["label"] for found, row in zip(first, by_label, strict=True)) >= 6
