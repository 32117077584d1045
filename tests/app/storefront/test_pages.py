"""The pages' files: types, caching and the policy that keeps everything foreign out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.catalog.feeds.formats import FeedFormat
from app.catalog.importing.outcomes import RowOutcome
from app.catalog.inspection.repository import Problem
from app.jobs.states import JobState
from app.settings import Locale, Settings
from app.storefront import endpoints

STATIC = Path(endpoints.__file__).parent / "static"
TEMPLATES = Path(endpoints.__file__).parent / "templates"
PAGES = ("/", "/admin")


@dataclass(frozen=True)
class Page:
    """What makes up one page: templates, its own scripts, and where its strings stand."""

    templates: tuple[str, ...]
    folder: str
    tables: Mapping[str, tuple[str, str]]

    def strings(self, locale: str) -> set[str]:
        """Names in the page's table of that language."""
        file, opening = self.tables[locale]
        indent = re.match(" *", opening)
        assert indent
        body = re.search(rf"^{re.escape(opening)} {{$(.*?)^{indent[0]}}}", (STATIC / file).read_text(), re.S | re.M)
        assert body
        return set(re.findall(rf"^{indent[0]}  (\w+):", body[1], re.M))

    def sources(self) -> list[str]:
        scripts = (STATIC / self.folder).glob("*.js")
        return [path.read_text() for path in (*scripts, *(TEMPLATES / name for name in self.templates))]


SHOP = Page(
    ("shop.html", "more.html"),
    "shop",
    {locale: ("shop/strings.js", f"  {locale}:") for locale in ("en", "zh")},
)
ADMIN = Page(
    ("admin.html",),
    "admin",
    {locale: (f"admin/strings-{locale}.js", f"export const {locale.upper()} =") for locale in ("en", "zh")},
)


def _client(settings: Settings) -> TestClient:
    app = FastAPI()
    app.state.container = SimpleNamespace(settings=settings)
    app.include_router(endpoints.router)
    return TestClient(app)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with _client(Settings(shop={"name": "Shop <& Co>", "currency": "EUR"})) as client:
        yield client


@pytest.mark.parametrize("path", PAGES)
def test_page_allows_nothing_foreign_and_nothing_inline(client: TestClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert re.findall(r"<script(?![^>]*\ssrc=)", answer.text) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", answer.text) == []


def test_nobody_frames_the_console(client: TestClient) -> None:
    assert "frame-ancestors 'none'" in client.get("/admin").headers["content-security-policy"]


@pytest.mark.parametrize("path", PAGES)
def test_page_escapes_the_shop_name(client: TestClient, path: str) -> None:
    text = client.get(path).text
    assert "Shop &lt;&amp; Co&gt;" in text
    assert "<& Co>" not in text


def test_the_shop_says_how_long_photos_are_kept(client: TestClient) -> None:
    assert 'data-t="footer"' in client.get("/").text
    keeping = _client(Settings(photos={"keep": True, "keep_days": 7})).get("/").text
    assert 'data-t="footerKept" data-days="7"' in keeping
    said = re.findall(r"footerKept: .*\{days\}", (STATIC / "shop/strings.js").read_text())
    assert len(said) == len(Locale)


@pytest.mark.parametrize(("asked", "given"), [("zh-CN,zh;q=0.9,en;q=0.5", "zh"), ("en-GB", "en"), ("fr", "en")])
def test_page_starts_in_the_browsers_language(client: TestClient, asked: str, given: str) -> None:
    answer = client.get("/", headers={"Accept-Language": asked})
    assert f'data-locale="{given}"' in answer.text
    assert answer.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/admin", "text/html"),
        ("/config.json", "application/json"),
        ("/static/shop/main.js", "text/javascript"),
        ("/static/shop/page.css", "text/css"),
        ("/static/admin/main.js", "text/javascript"),
        ("/static/common/tokens.css", "text/css"),
        ("/static/shop/favicon.svg", "image/svg+xml"),
    ],
)
def test_files_have_their_type_and_are_sent_once(client: TestClient, path: str, kind: str) -> None:
    first = client.get(path)
    assert first.status_code == 200
    assert first.headers["content-type"].startswith(kind)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize(
    "path", ["../endpoints.py", "%2e%2e/endpoints.py", "shop/../../endpoints.py", "shop", "nope.js"]
)
def test_only_files_of_the_folder_are_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_config_speaks_both_languages(client: TestClient) -> None:
    body = client.get("/config.json").json()
    assert body["words"]["kind"]["dress"] == {"en": "dress", "zh": "连衣裙"}
    assert body["words"]["colour"]["red"]["zh"] == "红色"
    assert body["limits"]["description_chars"] == 2000
    assert body["shop"]["currency"] == "EUR"


@pytest.mark.parametrize("page", [SHOP, ADMIN], ids=["shop", "admin"])
def test_every_string_exists_in_both_languages(page: Page) -> None:
    assert page.strings("en") == page.strings("zh")


@pytest.mark.parametrize("page", [SHOP, ADMIN], ids=["shop", "admin"])
def test_every_string_the_page_names_exists(page: Page) -> None:
    named = {
        name
        for text in page.sources()
        for name in re.findall(r"\b(?:t|counted)\(\"(\w+)\"|data-t(?:-\w+)?\"?[=:] ?\"(\w+)\"", text)
        for name in name
        if name
    }
    assert len(named) > 50
    assert named <= page.strings("en")


@pytest.mark.parametrize(
    ("values", "file", "constant", "strings"),
    [
        (Problem, "catalogue-filters", "PROBLEMS", ("problem_{}", "problem_{}_hint")),
        (RowOutcome, "rows", "OUTCOMES", ("outcome_{}",)),
        (JobState, "jobs", "STATES", ("state_{}",)),
        (FeedFormat, "feed-form", "FORMATS", ("format_{}",)),
    ],
)
def test_the_console_knows_every_value_of_the_service(
    values: type[StrEnum], file: str, constant: str, strings: tuple[str, ...]
) -> None:
    listed = re.search(rf"const {constant} = \[(.*?)\]", (STATIC / "admin" / f"{file}.js").read_text())
    assert listed
    assert set(re.findall(r"\w+", listed[1])) == set(values)
    assert {text.format(value) for text in strings for value in values} <= ADMIN.strings("en")


@pytest.mark.parametrize("page", [SHOP, ADMIN], ids=["shop", "admin"])
def test_every_file_the_page_names_is_served(client: TestClient, page: Page) -> None:
    html = client.get("/" if page is SHOP else "/admin").text
    named = set(re.findall(r"(?:src|href)=\"(static/[^\"]+)\"", html))
    imported = {
        f"static/{(path.parent / name).resolve().relative_to(STATIC)}"
        for path in STATIC.glob("*/*.js")
        for name in re.findall(r"from \"(\.[^\"]+)\"", path.read_text())
    }
    assert named
    assert [path for path in (*named, *imported) if client.get(f"/{path}").status_code != 200] == []


def test_scripts_never_parse_markup_from_data() -> None:
    for path in STATIC.glob("*/*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", path.read_text()), (
            path.name
        )


def test_an_admin_key_is_only_ever_kept_for_the_tab() -> None:
    for path in (*STATIC.glob("common/*.js"), *STATIC.glob("admin/*.js")):
        for kept in re.findall(r"localStorage\.setItem\((\w+)", path.read_text()):
            assert (path.name, kept) == ("language.js", "STORE")
