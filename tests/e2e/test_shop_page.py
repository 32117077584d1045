"""A shopper at the demo shop: photo, words, answer, and what must hold around it."""

import re
from pathlib import Path

import pytest
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By
from shop_page import OpenShop

from models.flats import demo_catalogue, draw

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def dress_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JPEG of one of the demo's dresses, as a shopper might have saved it."""
    dress = next(flat for flat in demo_catalogue() if flat.kind == "dress")
    path = tmp_path_factory.mktemp("photo") / "my dress.jpg"
    draw(dress, 600, 800).save(path, quality=90)
    return path


def test_photo_and_words_give_pieces_and_looks(open_shop: OpenShop, dress_photo: Path) -> None:
    page = open_shop()
    page.choose_photo(dress_photo)
    page.wait_for("#preview img")
    page.write("for a summer wedding, not black")
    page.submit()
    page.wait_for_answer()

    assert len(page.all(".pieces > .piece")) == 12
    assert all(page.texts(".piece h3"))
    assert all(page.texts(".piece .price"))
    assert any(page.texts(".piece .reasons li"))
    assert page.all(".query")
    looks = page.all(".looks > .look")
    assert looks
    for look in looks:
        assert len(look.find_elements(By.CSS_SELECTOR, ".tile")) >= 2
        assert look.find_element(By.CSS_SELECTOR, ".advice").text
    assert page.all(".tile.own img[src^='blob:']"), "the shopper's own photo is part of a look"
    page.wait_for_pictures()
    assert not page.all(".no-picture")
    assert page.console_errors() == []
    assert page.foreign_requests() == []


BUSY = """
const [honest, status, type] = [window.fetch, %d, "application/problem+json"];
window.refused = 0;
window.fetch = (url, options) => {
  if (options?.method !== "POST" || !String(url).includes("recommendations") || window.refused >= %s) {
    return honest(url, options);
  }
  window.refused += 1;
  const told = JSON.stringify({ type: "/problems/overloaded", title: "Overloaded", status, detail: "Too much." });
  return Promise.resolve(new Response(told, { status, headers: { "Content-Type": type, "Retry-After": "1" } }));
};
"""


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_is_busy_for_a_moment_is_asked_again(open_shop: OpenShop, status: int) -> None:
    page = open_shop()
    page.driver.execute_script(BUSY % (status, "2"))
    page.write("red dress")
    page.submit()
    page.wait_for_answer()
    assert page.driver.execute_script("return window.refused") == 2


def test_a_service_that_stays_busy_is_told(open_shop: OpenShop) -> None:
    page = open_shop()
    page.driver.execute_script(BUSY % (503, "Infinity"))
    page.write("red dress")
    page.submit()
    page.wait_for("body[data-phase=error]")
    assert page.driver.execute_script("return window.refused") == 5


UNSURE_KIND = """
const honest = window.fetch;
const isKind = (value) => value?.name === "kind" && "confidence" in value;
const unsure = (key, value) => (isKind(value) ? { ...value, confidence: 0.2 } : value);
window.fetch = async (url, options) => {
  const response = await honest(url, options);
  if (!response.ok || !String(url).includes("recommendations")) return response;
  return new Response(JSON.stringify(await response.json(), unsure), response);
};
"""


def test_a_kind_that_is_hardly_sure_is_named_nowhere(open_shop: OpenShop, dress_photo: Path) -> None:
    page = open_shop()

    def told_of_the_photo() -> str:
        page.choose_photo(dress_photo)
        page.wait_for("#preview img")
        page.submit()
        page.wait_for_answer()
        return " ".join([*page.texts(".query dd"), *page.texts(".look li")])

    assert "dress" in told_of_the_photo().lower()
    page.open()
    page.driver.execute_script(UNSURE_KIND)
    told = told_of_the_photo()
    assert "dress" not in told.lower()
    assert "Your red piece" in told


def test_score_parts_unfold(open_shop: OpenShop) -> None:
    page = open_shop()
    page.write("red dress")
    page.submit()
    page.wait_for_answer()
    assert page.texts(".piece:first-child .bar") == [""] * len(page.all(".piece:first-child .bar"))
    page.all(".piece:first-child .why > summary")[0].click()
    page.all(".piece:first-child .scoring > summary")[0].click()
    parts = page.texts(".piece:first-child .bar dt")
    assert len(parts) >= 2
    assert all(parts)


def test_why_this_piece_is_told_in_shares_with_names(open_shop: OpenShop) -> None:
    page = open_shop()
    page.write("red dress")
    page.submit()
    page.wait_for_answer()
    page.all(".piece:first-child .why > summary")[0].click()
    names, amounts = page.texts(".piece:first-child .legend dt"), page.texts(".piece:first-child .legend dd")
    assert names[0]
    assert {"Your words", "Kind", "Colour"} <= set(names)
    assert 97 <= sum(int(amount.rstrip("%")) for amount in amounts) <= 103
    assert not page.all(".heat-of"), "without a photo there is nothing to mark"


def test_the_photo_is_marked_with_what_mattered_by_keyboard_alone(open_shop: OpenShop, dress_photo: Path) -> None:
    page = open_shop()
    page.choose_photo(dress_photo)
    page.write("for a summer wedding")
    page.submit()
    page.wait_for_answer()
    page.driver.execute_script("document.querySelector('.piece .why > summary').focus()")
    page.press(Keys.ENTER)
    page.press(Keys.TAB)
    toggle = page.driver.switch_to.active_element
    assert (toggle.get_attribute("aria-pressed"), "Show it in my photo" in toggle.text) == ("false", True)
    page.press(Keys.SPACE)
    heat = page.wait_for("#preview img.heat")
    page.wait_for_pictures()
    assert heat.get_attribute("alt")
    assert page.driver.execute_script(
        "return arguments[0].naturalWidth / arguments[0].naturalHeight", heat
    ) == pytest.approx(0.75, abs=0.01)
    assert toggle.get_attribute("aria-pressed") == "true"
    assert page.all("#heat-key")[0].is_displayed()
    assert page.driver.find_element(By.ID, "status").get_attribute("textContent")

    page.driver.execute_script("document.querySelectorAll('.piece .why')[1].open = true")
    page.all(".piece:nth-child(2) .heat-of button")[0].click()
    assert toggle.get_attribute("aria-pressed") == "false"
    assert len(page.all("#preview img.heat")) == 1
    page.all(".piece:nth-child(2) .heat-of button")[0].click()
    assert not page.all("#preview img.heat")
    assert not page.all("#heat-key")[0].is_displayed()
    assert page.console_errors() == []


def test_marks_go_with_the_photo_they_were_made_for(open_shop: OpenShop, dress_photo: Path) -> None:
    page = open_shop()
    page.choose_photo(dress_photo)
    page.submit()
    page.wait_for_answer()
    page.all(".piece:first-child .why > summary")[0].click()
    page.all(".piece:first-child .heat-of button")[0].click()
    page.wait_for("#preview img.heat")
    page.driver.find_element(By.ID, "photo-remove").click()
    assert not page.all("#preview img")
    page.wait_to_see(".piece:first-child .marked img.heat")  # the answer's own photo is still known


def test_a_photo_without_words_is_read_in_no_language(open_shop: OpenShop, dress_photo: Path) -> None:
    page = open_shop()
    page.choose_photo(dress_photo)
    page.submit()
    page.wait_for_answer()
    assert not page.all(".query-readAs")
    page.write("red dress")
    page.submit()
    page.wait_for(".query-readAs")


def test_on_a_phone_the_marked_photo_is_in_the_card(open_shop: OpenShop, dress_photo: Path) -> None:
    page = open_shop(width=390)
    page.choose_photo(dress_photo)
    page.submit()
    page.wait_for_answer()
    page.all(".piece:first-child .why > summary")[0].click()
    page.all(".piece:first-child .heat-of button")[0].click()
    page.wait_for(".piece:first-child .marked img.heat")
    page.wait_for_pictures()
    photo, heat = page.all(".piece:first-child .marked img")
    assert photo.rect == heat.rect
    assert heat.rect["width"] > 100
    assert page.overflow() <= 0


def test_phone_never_scrolls_sideways(open_shop: OpenShop, dress_photo: Path) -> None:
    page = open_shop(width=360)
    assert page.overflow() <= 0
    page.driver.execute_script("document.querySelector('.more').open = true")
    assert page.overflow() <= 0
    page.choose_photo(dress_photo)
    page.write("the same in blue")
    page.submit()
    page.wait_for_answer()
    page.driver.execute_script("for (const part of document.querySelectorAll('.why, .scoring')) part.open = true")
    assert page.overflow() <= 0


def test_keyboard_alone_reaches_an_answer(open_shop: OpenShop) -> None:
    page = open_shop()
    page.press(Keys.TAB)
    assert page.driver.switch_to.active_element.get_attribute("class") == "skip"
    page.press(Keys.ENTER)
    assert page.focused_id() == "wish"
    page.press("white trainers")
    page.tab_to("submit")
    page.press(Keys.ENTER)
    page.wait_for_answer()
    assert page.focused_id() == "results"


def test_the_drop_zone_is_in_the_tab_order(open_shop: OpenShop) -> None:
    page = open_shop()
    page.tab_to("photo")
    assert page.driver.switch_to.active_element.accessible_name


def test_chinese_browser_gets_a_chinese_page_and_answer(open_shop: OpenShop) -> None:
    page = open_shop(language="zh-CN")
    assert page.driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == "zh-CN"
    assert HAN.search(page.texts("h1")[0])
    page.write("黑色运动鞋")
    page.submit()
    page.wait_for_answer()
    assert any(HAN.search(text) for text in page.texts(".piece .reasons li"))
    assert page.texts("#pieces > h2") == ["单品"]
    assert page.console_errors() == []


def test_language_switch_translates_page_and_answer(open_shop: OpenShop) -> None:
    page = open_shop()
    page.write("red dress")
    page.submit()
    page.wait_for_answer()
    page.driver.find_element(By.CSS_SELECTOR, "[data-locale-choice=zh]").click()
    page.wait_for("body[data-phase=ready] .piece .reasons[lang=zh] li")
    assert HAN.search(page.texts("#submit")[0])


def test_address_brings_a_stored_answer_back(open_shop: OpenShop, dress_photo: Path) -> None:
    page = open_shop()
    page.choose_photo(dress_photo)
    page.submit()
    page.wait_for_answer()
    titles, fragment = page.texts(".piece h3"), page.driver.current_url.removeprefix(page.url)
    assert fragment.startswith("#/r/")

    later = open_shop().open(fragment)
    later.wait_for_answer()
    assert later.texts(".piece h3") == titles
    assert later.console_errors() == []


def test_similar_uses_the_piece_as_the_photo(open_shop: OpenShop) -> None:
    page = open_shop()
    page.write("red dress")
    page.submit()
    page.wait_for_answer()
    before = page.driver.current_url
    page.all(".piece:first-child .actions button")[0].click()
    page.wait_for("body[data-phase=ready] .query-weSaw")
    assert page.all("#preview img")
    assert page.driver.current_url != before


def test_text_file_named_jpg_is_explained(open_shop: OpenShop, tmp_path: Path) -> None:
    fake = tmp_path / "photo.jpg"
    fake.write_text("hello, I am no picture")
    page = open_shop()
    page.choose_photo(fake)
    page.submit()
    problem = page.wait_for(".problem")
    assert len(problem.text) > 20
    assert problem.find_elements(By.TAG_NAME, "button")


def test_nothing_asked_says_what_is_missing(open_shop: OpenShop) -> None:
    page = open_shop()
    page.submit()
    assert page.texts("#ask-problem") != [""]
    assert page.focused_id() == "wish"


def test_a_shopper_likes_looks_again_and_is_forgotten(open_shop: OpenShop) -> None:
    page = open_shop()
    page.write("dress")
    page.submit()
    page.wait_for_answer()
    assert not page.driver.execute_script("return localStorage['tryon.shopper'] ?? null")
    for button in page.all(".reactions [data-event=like]")[:1] + page.all(".reactions [data-event=dislike]")[1:2]:
        page.driver.execute_script("arguments[0].click()", button)
        page.wait_for(f"[data-event={button.get_attribute('data-event')}][aria-pressed=true]")
    assert "1 liked, 1 not for you" in page.texts("#taste p")[0]
    turned_down = page.texts(".piece h3")[1]
    page.all("#taste button")[0].click()
    page.wait_for_answer()
    assert turned_down not in page.texts(".piece h3")
    page.all("#taste button")[-1].click()
    page.wait_for("#taste[hidden]")
    assert not page.driver.execute_script("return localStorage['tryon.shopper'] ?? null")
    assert not page.console_errors()
