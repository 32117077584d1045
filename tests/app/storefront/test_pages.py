"""The page's files: types, caching and the policy that keeps everything foreign out."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.settings import Settings
from app.storefront import endpoints

SHOP = Path(endpoints.__file__).parent / "static" / "shop"
TEMPLATES = Path(endpoints.__file__).parent / "templates"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = FastAPI()
    app.state.container = SimpleNamespace(settings=Settings(shop={"name": "Shop <& Co>", "currency": "EUR"}))
    app.include_router(endpoints.router)
    with TestClient(app) as client:
        yield client


def test_page_allows_nothing_foreign_and_nothing_inline(client: TestClient) -> None:
    answer = client.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert re.findall(r"<script(?![^>]*\ssrc=)", answer.text) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", answer.text) == []


def test_page_escapes_the_shop_name(client: TestClient) -> None:
    text = client.get("/").text
    assert "Shop &lt;&amp; Co&gt;" in text
    assert "<& Co>" not in text


@pytest.mark.parametrize(("asked", "given"), [("zh-CN,zh;q=0.9,en;q=0.5", "zh"), ("en-GB", "en"), ("fr", "en")])
def test_page_starts_in_the_browsers_language(client: TestClient, asked: str, given: str) -> None:
    answer = client.get("/", headers={"Accept-Language": asked})
    assert f'data-locale="{given}"' in answer.text
    assert answer.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/config.json", "application/json"),
        ("/static/shop/main.js", "text/javascript"),
        ("/static/shop/page.css", "text/css"),
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


def _table(locale: str) -> set[str]:
    body = re.search(rf"^  {locale}: {{$(.*?)^  }},$", (SHOP / "strings.js").read_text(), re.S | re.M)
    assert body
    return set(re.findall(r"^    (\w+):", body[1], re.M))


def test_every_string_exists_in_both_languages() -> None:
    assert _table("en") == _table("zh")


def test_every_string_the_page_names_exists() -> None:
    sources = [p.read_text() for p in (*SHOP.glob("*.js"), *TEMPLATES.glob("*.html"))]
    named = {
        name
        for text in sources
        for name in re.findall(r"\bt\(\"(\w+)\"|data-t(?:-\w+)?=\"(\w+)\"", text)
        for name in name
        if name
    }
    assert named
    assert named <= _table("en")


def test_scripts_never_parse_markup_from_data() -> None:
    for path in SHOP.glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", path.read_text()), (
            path.name
        )
