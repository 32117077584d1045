"""What events do to the next answer, through the routes."""

from typing import Any

import pytest

from tests.app.feedback.conftest import Counter, Visitor

SUMMER = {"description": "something for summer", "limit": "50"}
NOT_SHOWN = 51


def by_id(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {s["item"]["id"]: s for s in answer["suggestions"]}


def ranks(answer: dict[str, Any]) -> dict[str, int]:
    return {id_: s["rank"] for id_, s in by_id(answer).items()}


def tastes(answer: dict[str, Any]) -> dict[str, float | None]:
    return {id_: s["parts"].get("taste") for id_, s in by_id(answer).items()}


def without_ids(answer: dict[str, Any]) -> Any:
    """What of an answer a shopper sees: which pieces, why, and how surely."""
    return answer["suggestions"], answer["outfits"], answer["note"]


async def visitors(shared: Counter) -> list[Visitor]:
    return [await shared.newcomer(), shared.own("customer-of-tastes")]


async def test_a_stranger_has_no_taste_and_a_newcomer_a_neutral_one(shared: Counter) -> None:
    stranger, newcomer = await shared.stranger().asked(**SUMMER), await (await shared.newcomer()).asked(**SUMMER)
    assert set(tastes(stranger).values()) == {None}
    assert set(tastes(newcomer).values()) == {0.0}
    assert ranks(stranger) == ranks(newcomer)
    assert [s["score"] for s in stranger["suggestions"]] == [s["score"] for s in newcomer["suggestions"]]


@pytest.mark.parametrize(("kind", "colour"), [("jeans", "blue"), ("dress", "green"), ("handbag", "red")])
async def test_liking_raises_disliking_lowers_and_erasure_restores(shared: Counter, kind: str, colour: str) -> None:
    """A kind in a colour is liked by its neighbours: the kind in other colours, the colour in other kinds."""
    target = f"{kind}-{colour}"
    others = ["dress", "jeans", "shirt", "jacket"]
    near = [f"{kind}-{c}" for c in ("black", "white")] + [f"{k}-{colour}" for k in others if k != kind][:2]
    found: dict[str, dict[str, Any]] = {}
    for event in ("view", "like", "dislike"):
        me = await shared.newcomer()
        await me.did(event, *near)
        found[event] = await me.asked(**SUMMER)
        assert (await me.erase()).status_code == 204
    plain = await shared.stranger().asked(**SUMMER)
    place = {event: ranks(answer).get(target, NOT_SHOWN) for event, answer in (found | {"": plain}).items()}
    assert place["like"] < place[""] <= place["dislike"]
    taste = {event: tastes(answer).get(target) or 0.0 for event, answer in found.items()}
    assert taste["like"] > taste["view"] > 0.0 >= taste["dislike"]
    assert taste["dislike"] < 0.0 or place["dislike"] == NOT_SHOWN


async def test_after_erasure_the_answer_is_a_strangers(shared: Counter) -> None:
    for me in await visitors(shared):
        before = without_ids(await me.asked(**SUMMER, outfits="3"))
        await me.did("like", "jeans-blue", "shirt-blue")
        await me.did("dislike", "dress-red")
        assert without_ids(await me.asked(**SUMMER, outfits="3")) != before
        assert (await me.erase()).status_code == 204
        again = me if me.id == "customer-of-tastes" else await shared.newcomer()
        assert without_ids(await again.asked(**SUMMER, outfits="3")) == before


async def test_disliked_and_owned_things_do_not_come_back(shared: Counter) -> None:
    me = await shared.newcomer()
    answer = await me.asked(description="red dress", outfits="3")
    worn = [p["item"]["id"] for look in answer["outfits"] for p in look["items"] if p["item"]]
    unwanted, owned = worn[1], worn[2]
    await me.did("dislike", "dress-red", unwanted)
    await me.did("purchase", "dress-blue", owned)
    for wish in ("red dress", "blue dress", "dress", "something for summer"):
        answer = await me.asked(description=wish, outfits="3", limit="50")
        shown = set(by_id(answer)) | {p["item"]["id"] for o in answer["outfits"] for p in o["items"] if p["item"]}
        assert answer["outfits"]
        assert not shown & {"dress-red", "dress-blue", unwanted, owned}
    await me.did("return", "dress-blue")
    await me.did("like", "dress-red")
    assert {"dress-red", "dress-blue"} <= set(by_id(await me.asked(description="dress")))
    await me.erase()


async def test_semantic_mode_knows_nobody(shared: Counter) -> None:
    me = await shared.newcomer()
    await me.did("dislike", "dress-red")
    await me.did("like", "jeans-blue")
    answer = await me.asked(description="red dress", mode="semantic")
    assert ranks(answer) == ranks(await shared.stranger().asked(description="red dress", mode="semantic"))
    assert all(set(s["parts"]) == {"image"} for s in answer["suggestions"])
    await me.erase()


async def test_somebody_elses_events_change_nothing_but_popularity(counter: Counter) -> None:
    before = await counter.stranger().asked(**SUMMER)
    assert all("popularity" not in s["parts"] for s in before["suggestions"])
    left, taken = sorted(ranks(before), key=lambda id_: ranks(before)[id_])[5:26:20]
    for _ in range(4):
        other = await counter.newcomer()
        await other.did("view", taken, left)
        await other.did("purchase", taken)
    await (await counter.newcomer()).erase()  # whoever is erased is counted no longer: all are counted anew
    after = await counter.stranger().asked(**SUMMER)
    shown = {id_: s["parts"]["popularity"] for id_, s in by_id(after).items()}
    assert shown[taken] > 0.0 > shown[left]
    assert {value for id_, value in shown.items() if id_ not in (taken, left)} == {0.0}
    assert ranks(after)[taken] < ranks(before)[taken]
    assert ranks(after)[left] > ranks(before)[left]
    assert set(tastes(after).values()) == {None}
