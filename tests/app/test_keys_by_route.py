"""Every route of the OpenAPI document asks for the key that the contract names."""

import pytest
from fastapi.routing import APIRoute

from app.api import ROUTERS
from app.auth.keys import KeyRepository
from app.settings import AuthSettings
from tests.app.conftest import Whole, serving

OPEN = frozenset({"/healthz", "/readyz", "/metrics", "/", "/admin", "/static/{path:path}", "/config.json"})
"""Nothing of the shop's or of a shopper's is seen there."""

ROUTES = [
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.path not in OPEN
    for method in sorted(route.methods or ())
]
ADMIN = [(method, path) for method, path in ROUTES if path.startswith("/v1/admin/")]
SHOP = [route for route in ROUTES if route not in ADMIN]


def path_of(template: str) -> str:
    return template.replace("{item_id:path}", "nope").replace("{", "").replace("}", "")


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nope"}, {"Authorization": "Basic YTpi"}])
async def test_without_a_known_key(whole: Whole, method: str, path: str, header: dict[str, str]) -> None:
    answer = await whole.client.request(method, path_of(path), headers=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"].endswith("/unauthenticated")


@pytest.mark.parametrize(("method", "path"), ADMIN)
@pytest.mark.parametrize("scope", ["shop", "server"])
async def test_admin_routes_refuse_other_keys(whole: Whole, method: str, path: str, scope: str) -> None:
    answer = await whole.client.request(method, path_of(path), headers=whole.key(scope))
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "forbidden")


@pytest.mark.parametrize(("method", "path"), SHOP)
async def test_shop_routes_take_every_key(whole: Whole, method: str, path: str) -> None:
    for scope in whole.keys:
        answer = await whole.client.request(method, path_of(path), headers=whole.key(scope))
        assert answer.status_code not in (401, 403)


async def test_the_demo_opens_the_shop_and_nothing_else(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with serving(tmp_path_factory.mktemp("demo"), auth=AuthSettings(anonymous_shop=True)) as demo:
        for method, path in SHOP:
            assert (await demo.client.request(method, path_of(path))).status_code not in (401, 403)
        for method, path in ADMIN:
            assert (await demo.client.request(method, path_of(path))).status_code == 401


async def test_the_document_tells_which_routes_need_a_key(whole: Whole) -> None:
    document = (await whole.client.get("/openapi.json")).json()
    documented = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if operation.get("security")
    }
    named = {(method, path.replace(":path", "")) for method, path in ROUTES if path.startswith("/v1/")}
    assert documented == named
    described = [o for operations in document["paths"].values() for o in operations.values()]
    assert all("application/problem+json" in o["responses"]["default"]["content"] for o in described)
    assert "HTTPValidationError" not in str(document)


async def test_keys_are_never_logged(
    whole: Whole, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even by a bug that happens while a key is being looked at."""
    caplog.set_level("DEBUG")
    monkeypatch.setattr(KeyRepository, "by_secret", lambda self, secret: 1 / 0)
    answer = await whole.client.get("/v1/admin/jobs", headers=whole.key("admin"))
    assert answer.status_code == 500
    logged = "".join((caplog.text, *capsys.readouterr()))
    assert "ZeroDivisionError" in logged
    assert whole.keys["admin"] not in logged
