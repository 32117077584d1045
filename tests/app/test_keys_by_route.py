"""Every route of the OpenAPI document asks for the key that the contract names."""

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.api import ROUTERS
from app.auth.keys import KeyRepository
from app.auth.secret import mint
from app.auth.settings import AuthSettings
from app.dependencies import admin_caller
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
    """And lists all of them: whoever adds a route to it adds it to the tests above."""
    document = (await whole.client.get("/openapi.json")).json()
    documented = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if operation.get("security")
    }
    named = {(method, path.replace(":path", "")) for method, path in ROUTES if path.startswith("/v1/")}
    assert documented == named


async def test_an_admin_route_whose_author_forgot_the_key_asks_for_it_all_the_same(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with serving(tmp_path_factory.mktemp("forgotten"), auth=AuthSettings(anonymous_shop=True)) as whole:
        whole.app.add_api_route("/v1/admin/forgotten", lambda: "secret", methods=["GET", "POST"])
        for method in ("GET", "POST"):
            assert (await whole.client.request(method, "/v1/admin/forgotten")).status_code == 401
            for scope, status in (("shop", 403), ("server", 403), ("admin", 200)):
                answer = await whole.client.request(method, "/v1/admin/forgotten", headers=whole.key(scope))
                assert answer.status_code == status


def test_only_routes_below_v1_admin_ask_for_an_admin() -> None:
    def asks(dependant: Dependant) -> bool:
        return dependant.call is admin_caller or any(map(asks, dependant.dependencies))

    routes = [r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute)]
    admin = {route.path for route in routes if asks(route.dependant)}
    assert admin == {route.path for route in routes if route.path.startswith("/v1/admin/")}


async def test_keys_are_never_logged(
    whole: Whole, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even by a bug that happens while a key is being looked at."""
    caplog.set_level("DEBUG")
    monkeypatch.setattr(KeyRepository, "by_secret", lambda self, secret: 1 / 0)
    key = mint("admin").text  # one that nobody remembers: it is looked up
    answer = await whole.client.get("/v1/admin/jobs", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 500
    logged = "".join((caplog.text, *capsys.readouterr()))
    assert "ZeroDivisionError" in logged
    assert key not in logged
