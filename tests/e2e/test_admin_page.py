"""A merchandiser at the console: key, catalogue, feeds, index versions, jobs, and what must hold around them."""

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from admin_page import AdminPage, OpenAdmin
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By

from models.flats import demo_catalogue, draw

HAN = re.compile(r"[\u4e00-\u9fff]")
SECTIONS = ("catalogue", "feeds", "index", "jobs")
FEED = (
    {"id": "e2e-1", "title": "Straw basket", "kind": "handbag", "colour": "beige", "price": "20", "currency": "EUR"},
    {"id": "e2e-2", "title": "Felt basket", "kind": "handbag", "price": "twenty", "currency": "EUR"},
    {"id": "e2e-3", "title": '=cmd|" /C calc"!A0', "kind": "handbag", "price": "9", "currency": "USD"},
)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Three rows, two of which fail."""
    path = tmp_path / "feed.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in FEED))
    return path


@pytest.fixture
def imported(open_admin: OpenAdmin, feed: Path) -> Iterator[AdminPage]:
    """The feeds screen after an import; what it brought in is gone again afterwards."""
    page = open_admin("#/feeds")
    page.choose("file-feed", feed)
    page.click("#start-import")
    page.wait_for(".job[data-state=succeeded] table.rows")
    yield page
    page.run("const { deleteItem } = await import('/static/admin/api.js'); await deleteItem('e2e-1', '*')")


def test_a_key_is_asked_for_and_kept_for_the_tab_alone(open_admin: OpenAdmin, admin_key: str) -> None:
    page = open_admin("#/jobs", key="")
    assert page.focused_id() == "key"
    for wrong, said in (("nonsense", "unknown"), ("钥匙", "no key")):
        page.set("#key", wrong)
        page.click(".gate [type=submit]")
        page.wait_for_text(".gate .field-problem", said)
        assert page.driver.execute_script("return sessionStorage.length") == 0
    page.set("#key", admin_key)
    page.press(Keys.ENTER)
    page.wait_for_text("#main h1", "Jobs")
    assert page.driver.execute_script("return Object.values(sessionStorage)") == [admin_key]
    assert admin_key not in page.driver.execute_script("return JSON.stringify(localStorage) + location.href")
    assert page.driver.get_cookies() == []
    page.click("#sign-out")
    page.wait_for("#key")
    assert page.driver.execute_script("return sessionStorage.length") == 0
    assert not page.all("#main table")


def test_the_top_line_tells_what_readyz_does(open_admin: OpenAdmin) -> None:
    page = open_admin()
    told = page.run("return await (await fetch('/readyz')).json()")
    assert page.texts("#state .light.good") == ["Ready"]
    line = " ".join(page.texts("#state dd"))
    assert all(str(told[name]) in line for name in ("model", "revision", "device", "index_version", "items"))
    page.run(
        "const { update } = await import('/static/admin/state.js');"
        "update({ ready: { ...arguments[0], warnings: ['A broken snapshot was skipped.'] } })",
        told,
    )
    assert page.texts("#state .light.warn") == ["Ready"]
    assert page.texts("#warnings p") == ["A broken snapshot was skipped."]


def test_the_catalogue_is_searched_and_sorted_out_by_problems(open_admin: OpenAdmin) -> None:
    page = open_admin()
    everything = len(page.rows("table.items"))
    assert everything == 48
    page.press_button("Show more")
    page.wait_for("table.items tbody tr:nth-child(49)")
    page.settled()
    page.press("/")
    assert page.focused_id() == "search"
    page.press("red dress")
    page.wait_for("[data-problem=not_worn].none")
    page.settled()
    titles = [row[1].lower() for row in page.rows("table.items")]
    assert titles
    assert all("red" in title and "dress" in title for title in titles)
    assert "q=red+dress" in page.driver.current_url

    page.open("#/catalogue?problem=not_worn")
    page.wait_for("table.items")
    assert {row[-1] for row in page.rows("table.items")} == {"Not worn"}
    count = page.texts("[data-problem=not_worn] .count")[0].strip()
    assert count == str(len(page.rows("table.items")))
    page.click("[data-problem=no_kind].none")
    page.wait_for_text("#main .empty", "No item has this problem")
    assert page.console_errors() == []
    assert page.foreign_requests() == []


def test_an_item_opens_by_keyboard_and_its_price_changes_at_once(open_admin: OpenAdmin) -> None:
    page = open_admin("#/catalogue?q=leather+belt")
    link = page.wait_for("table.items .title")
    item_id = page.wait_for("table.items [data-item]").get_attribute("data-item")
    page.driver.execute_script("arguments[0].focus()", link)
    page.press(Keys.ENTER)
    page.wait_for("dialog.drawer .edit")
    assert page.driver.current_url.endswith(f"#/catalogue/{item_id}?q=leather+belt")
    page.wait_for_picture("dialog.drawer .stage img")
    assert "loaded model" in page.texts("dialog.drawer .badge.good")
    before = page.wait_for("dialog.drawer [name=price]").get_attribute("value")
    assert before

    page.set("dialog.drawer [name=price]", "1234.5")
    page.press_button("Save", "dialog.drawer")
    page.wait_for_text("dialog.drawer .notice.good", "Saved")
    page.wait_for_text(f"[data-item='{item_id}'] .c-price", "1,234.50")
    stored = page.run(f"return await (await fetch('/v1/items/{item_id}')).json()")
    assert stored["price"]["amount"] == "1234.50"

    page.settled()
    page.set("dialog.drawer [name=price]", "-3")
    page.driver.execute_script("document.querySelector('dialog.drawer .edit').noValidate = true")
    page.press_button("Save", "dialog.drawer")
    page.wait_for("dialog.drawer .notice.bad code")
    assert "price" in page.texts("dialog.drawer .notice.bad code")
    page.set("dialog.drawer [name=price]", before)
    page.press_button("Save", "dialog.drawer")
    page.wait_for_text(f"[data-item='{item_id}'] .c-price", f"{float(before):,.2f}")

    page.press(Keys.ESCAPE)
    assert not page.all("dialog.drawer")
    assert page.driver.current_url.endswith("#/catalogue?q=leather+belt")


def test_somebody_elses_change_is_not_written_over(open_admin: OpenAdmin) -> None:
    page = open_admin("#/catalogue/flat-belt-buckle-w-red")
    page.wait_for("dialog.drawer .edit")
    page.run(
        "const { changeItem } = await import('/static/admin/api.js');"
        "await changeItem('flat-belt-buckle-w-red', { description: `Changed at ${Date.now()}.` }, '*')"
    )
    mine = f"Mine {uuid.uuid4()}"
    page.set("dialog.drawer [name=title]", mine)
    page.press_button("Save", "dialog.drawer")
    page.wait_for("dialog.drawer .notice.bad")
    title = page.run("return (await (await fetch('/v1/items/flat-belt-buckle-w-red')).json()).title")
    assert title != mine


def test_a_feed_is_watched_and_its_bad_rows_are_told(imported: AdminPage) -> None:
    page = imported
    assert [row[:3] for row in page.rows("table.rows")] == [["2", "e2e-2", "Failed"], ["3", "e2e-3", "Failed"]]
    reasons = [row[3] for row in page.rows("table.rows")]
    assert "twenty" in reasons[0]
    assert "USD" in reasons[1]
    assert page.all(".job .c-issues code")[0].text == "price"
    page.click(".job [data-outcome=created]")
    page.wait_for_text("table.rows", "e2e-1")

    job_id = page.wait_for(".job").get_attribute("data-job")
    csv = page.run(
        "const { csvOf, quoted } = await import('/static/admin/csv.js');"
        f"const file = await csvOf('{job_id}', 'failed', new AbortController().signal);"
        "return [await file.text(), quoted('=1+1'), quoted('-2'), quoted('a \"b\", c')]"
    )
    lines = csv[0].splitlines()
    assert lines[0].endswith("line,id,outcome,level,field,reason")
    assert [line.split(",")[:2] for line in lines[1:]] == [["2", "e2e-2"], ["3", "e2e-3"]]
    assert csv[1:] == ["'=1+1", "-2", '"a ""b"", c"']

    page.go("catalogue")
    page.wait_for_text("#last-import", "2 rows of the last import")
    page.click("[data-problem=no_picture]")
    page.wait_for("[data-item=e2e-1]")
    assert page.console_errors() == []


def test_an_item_without_a_picture_gets_one_here_and_is_deleted_here(imported: AdminPage, tmp_path: Path) -> None:
    page = imported
    bag = next(flat for flat in demo_catalogue() if flat.kind == "handbag")
    draw(bag, 300, 400).save(tmp_path / "bag.png")
    page.open("#/catalogue/e2e-1")
    page.wait_for("dialog.drawer .wrong .no_picture")
    page.choose("new-pictures", tmp_path / "bag.png")
    page.wait_for("dialog.drawer .notice.good")
    page.settled()
    page.wait_for_picture("dialog.drawer .stage img")
    assert not page.all("dialog.drawer .wrong .no_picture")
    assert "loaded model" in page.texts("dialog.drawer .badge.good")

    page.press_button("Delete this item…", "dialog.drawer")
    page.click("dialog.confirm [value=no]")
    assert page.run("return (await fetch('/v1/items/e2e-1')).status") == 200
    page.press_button("Delete this item…", "dialog.drawer")
    page.confirm()
    page.wait_for_text("#spoken", "Deleted")
    assert page.run("return (await fetch('/v1/items/e2e-1')).status") == 404


def test_a_dropped_file_waits_while_one_looks_elsewhere(open_admin: OpenAdmin) -> None:
    page = open_admin("#/feeds")
    page.click("#start-import")
    page.wait_for_text(".feed-form [role=alert]", "Choose a file")
    page.driver.execute_script(
        "const data = new DataTransfer(); data.items.add(new File(['id,title\\n1,Mine\\n'], 'mine.csv'));"
        "document.querySelector('.zone').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }))"
    )
    page.wait_for_text(".zone .chosen", "mine.csv")
    page.click("#feed-dryRun")
    page.go("jobs")
    page.go("feeds")
    page.click("[data-locale-choice=zh]")
    assert "mine.csv" in page.texts(".zone .chosen")[0]
    page.set("#feed-mapping", "title product_name")
    page.click("#start-import")
    page.wait_for_text(".feed-form [role=alert]", "title product_name")
    page.set("#feed-mapping", "")
    page.click("#start-import")
    page.wait_for(".job[data-state=succeeded] table.rows")
    assert "试运行" in page.texts(".job .badge")


def test_what_became_of_an_upload_is_told_to_who_comes_back(open_admin: OpenAdmin, feed: Path) -> None:
    page = open_admin("#/feeds")
    page.choose("file-feed", feed)
    page.set("#feed-mapping", "smell: scent")
    page.click("#start-import")
    page.go("jobs")
    page.go("feeds")
    page.wait_for_text(".feed-form .notice.bad", "smell")
    assert "feed.jsonl" in page.texts(".zone .chosen")[0]


def test_an_address_that_may_not_be_fetched_ends_in_a_reason(open_admin: OpenAdmin) -> None:
    page = open_admin("#/feeds")
    page.set("#feed-url", "http://127.0.0.1:1/feed.xml")
    page.click("#start-import")
    page.wait_for(".job[data-state=failed] .notice.bad")
    assert "127.0.0.1" in page.texts(".job .notice.bad")[0]
    assert "Run again" in page.texts(".job button")


def test_a_reindex_is_watched_and_another_version_is_activated(open_admin: OpenAdmin) -> None:
    page = open_admin("#/index")
    page.wait_for("table.versions")
    before = page.wait_for("table.versions tr.live").get_attribute("data-version")
    page.click("#force")
    page.click("#reindex")
    page.wait_for(".job[data-state=succeeded]")
    page.wait_for(f"table.versions tr.live:not([data-version='{before}'])")
    newest = page.wait_for("table.versions tr.live").get_attribute("data-version")
    page.wait_for_text("#state .of-indexVersion", str(newest))

    for version in (before, newest):
        page.click(f"[data-activate='{version}']")
        page.wait_for("dialog.confirm h2")
        page.confirm()
        page.wait_for(f"table.versions tr.live[data-version='{version}']")
        page.wait_for_text("#state .of-indexVersion", str(version))
    assert page.console_errors() == []


def test_a_reindex_beside_another_shows_that_one(open_admin: OpenAdmin) -> None:
    page = open_admin("#/index")
    job = page.run(
        "const { jobs } = await import('/static/admin/api.js'); const { items: [job] } = await jobs({ limit: 1 });"
        "const body = JSON.stringify({ status: 409, title: 'Conflict', job: job.id }); const real = window.fetch;"
        "window.fetch = async (url, options) => (url.pathname.endsWith('/reindex')"
        "  ? new Response(body, { status: 409, headers: { 'content-type': 'application/problem+json' } })"
        "  : real(url, options)); return job.id"
    )
    page.click("#reindex")
    page.wait_for(f".job[data-job='{job}']")
    assert "running already" in page.texts("#main .told .notice")[0]


def test_a_changed_item_leaves_the_list_as_long_as_it_was(open_admin: OpenAdmin) -> None:
    page = open_admin()
    page.press_button("Show more")
    page.wait_for("table.items tbody tr:nth-child(49)")
    page.settled()
    rows, last = len(page.rows("table.items")), page.all("table.items [data-item]")[-1]
    page.driver.execute_script("arguments[0].querySelector('.id').click()", last)
    page.wait_for("dialog.drawer .edit")
    title = page.wait_for("dialog.drawer [name=title_zh]").get_attribute("value")
    for now in (f"{title}！", title):
        page.settled()
        page.set("dialog.drawer [name=title_zh]", str(now))
        page.press_button("Save", "dialog.drawer")
        page.wait_for("dialog.drawer .drawer-body:focus .notice.good")
        page.settled()
        assert len(page.rows("table.items")) == rows


def test_the_job_log_opens_a_job(imported: AdminPage) -> None:
    page = imported
    page.go("jobs")
    assert "2 rows failed" in page.rows("table.jobs")[0]
    page.driver.find_element(By.CSS_SELECTOR, "[aria-label=State]").send_keys("Running")
    page.wait_for_text("#main .empty", "No job matches")
    assert "state=running" in page.driver.current_url
    page.open("#/jobs/nope")
    page.wait_for_text("#main .notice.bad", "There is no job 'nope'")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_screen_scrolls_sideways(open_admin: OpenAdmin, width: int) -> None:
    page = open_admin(width=width)
    for section in SECTIONS:
        page.go(section)
        assert page.overflow() <= 0, section
    page.open("#/catalogue/flat-belt-buckle-w-red")
    page.wait_for("dialog.drawer .edit")
    assert page.driver.execute_script("return document.querySelector('dialog').scrollWidth <= innerWidth")


def test_chinese_throughout(open_admin: OpenAdmin) -> None:
    page = open_admin(language="zh-CN")
    assert page.driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == "zh-CN"
    for section in SECTIONS:
        page.go(section)
        assert HAN.search(page.texts("#main h1")[0])
        words = [text for text in page.texts("#main th, #main button, #main label") if text.strip()]
        assert [text for text in words if re.search(r"[A-Za-z]{4}", text) and not HAN.search(text)] == []
