"""What is not started where others can reach it, and what browsers are told by every answer."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from typer.testing import CliRunner

from app.admission.settings import ServerSettings
from app.auth.keys import KeyRepository
from app.auth.settings import AuthSettings
from app.cli import cli
from app.db.session import Database
from app.errors import ConfigurationFault
from app.guard import DEMO_KEY, check_keys, check_settings, is_loopback
from app.main import create_app
from app.settings import DatabaseSettings, Settings
from tests.app.conftest import STAND_IN, Whole, serving

OPEN = AuthSettings(anonymous_shop=True)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
        ("0.0.0.0", False), ("::", False), ("192.168.1.5", False), ("shop.example", False), ("", False),
    ],
)  # fmt: skip
def test_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3"])
def test_an_open_shop_is_not_started_on_a_network(host: str) -> None:
    with pytest.raises(ConfigurationFault, match="TRYON_AUTH__ANONYMOUS_SHOP"):
        check_settings(Settings(host=host, auth=OPEN))
    check_settings(Settings(host=host, auth=OPEN.model_copy(update={"private_network": True})))
    check_settings(Settings(host="127.0.0.1", auth=OPEN))


@pytest.mark.parametrize(("password", "fine"), [("postgres", False), ("tryon", False), ("k7Vd0wq", True)])
def test_a_password_that_everybody_knows_is_not_served_with(password: str, fine: bool) -> None:
    url = DatabaseSettings(url=f"postgresql+asyncpg://tryon:{password}@db:5432/tryon")
    settings = Settings(host="0.0.0.0", database=url)
    if fine:
        return check_settings(settings)
    with pytest.raises(ConfigurationFault, match="password") as refused:
        check_settings(settings)
    assert f":{password}" not in str(refused.value)
    return None


async def test_keys_that_a_network_service_needs(database: Database) -> None:
    public = Settings(host="0.0.0.0")
    with pytest.raises(ConfigurationFault, match="tryon keys create admin"):
        await check_keys(public, database)
    await check_keys(Settings(), database)
    async with database.unit_of_work() as session:
        await KeyRepository(session).create("admin")
        row, _ = await KeyRepository(session).create("admin", DEMO_KEY)
    with pytest.raises(ConfigurationFault, match="demo"):
        await check_keys(public, database)
    async with database.unit_of_work() as session:
        await KeyRepository(session).revoke(row.id)
    await check_keys(public, database)


async def test_the_service_itself_refuses_before_it_serves(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, host="0.0.0.0"), encoder=STAND_IN)
    with pytest.raises(ConfigurationFault, match="there is no key yet"):
        async with LifespanManager(app, startup_timeout=60):
            pytest.fail("it was served")


def test_the_demo_says_so_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.observability.logging.configure_logging", lambda level: None)
    answer = CliRunner().invoke(cli, ["demo", "--host", "0.0.0.0", "--data-dir", str(tmp_path / "demo")])
    assert isinstance(answer.exception, ConfigurationFault) and "\n" not in str(answer.exception)
    assert not (tmp_path / "demo").exists(), "nothing is drawn for a demo that does not start"


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/metrics", "/v1/items", "/v1/nowhere", "/nowhere", "/", "/docs", "/openapi.json"]
)
async def test_every_answer_tells_browsers_what_not_to_do(whole: Whole, path: str) -> None:
    headers = (await whole.client.get(path, headers=whole.key("shop"))).headers
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert headers["x-frame-options"] in ("DENY", "SAMEORIGIN")
    policy = headers["content-security-policy"]
    assert "frame-ancestors" in policy and "default-src '" in policy and "*" not in policy
    assert re.search(r"script-src[^;]*unsafe", policy) is None
    assert "strict-transport-security" not in headers, "not ours to promise where nobody said that TLS is spoken"
    if path.startswith("/v1/"):
        assert headers["cache-control"] == "no-store"


async def test_refusals_carry_them_too(whole: Whole) -> None:
    for answer in (await whole.client.get("/v1/items"), await whole.client.get("/v1/items?x=%00")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


async def test_tls_only_where_the_operator_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path, server=ServerSettings(hsts_s=31_536_000)) as whole:
        told = (await whole.client.get("/healthz")).headers["strict-transport-security"]
    assert told == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_documentation_runs_its_own_scripts_and_no_others(whole: Whole, path: str) -> None:
    page = await whole.client.get(path)
    policy = page.headers["content-security-policy"]
    inline = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", page.text, re.DOTALL)
    assert inline or path == "/redoc"
    for script in inline:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy
    sources = re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]+)"', page.text)
    assert any(source.endswith(".js") for source in sources)
    for source in sources:
        assert source.startswith("/") and (await whole.client.get(source)).status_code == 200


async def test_other_origins_are_not_let_in(whole: Whole) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = await whole.client.options("/v1/recommendations", headers=headers)
    assert answer.status_code == 400 and "access-control-allow-origin" not in answer.headers
