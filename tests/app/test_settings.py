"""Settings: every one has an effect, all of them can be said in the environment, nonsense is refused at start."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

import app
from app.cli import main
from app.commands.service import _demo_settings
from app.main import create_app
from app.settings import Settings
from app.startup import ClearStart
from app.storefront.demo import CURRENCY

SOURCE = Path(app.__path__[0])


def leaves(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every setting, by the names that lead to it."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from leaves(field.annotation, (*path, name))
        else:
            yield (*path, name)


@cache
def read_attributes() -> set[tuple[str, str]]:
    """Every `a.b` that the service's code reads, as (a, b)."""
    found = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                owner = node.value
                name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
                found.add((name.lstrip("_"), node.attr))
    return found


@pytest.mark.parametrize("path", list(leaves(Settings)), ids=".".join)
def test_every_setting_is_read(path: tuple[str, ...]) -> None:
    section = path[-2] if len(path) > 1 else "settings"
    assert {(section, path[-1]), ("settings", path[-1]), ("self", path[-1])} & read_attributes()


def test_the_environment_reaches_every_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRYON_LIMITS__PHOTO_BYTES", "7")
    monkeypatch.setenv("TRYON_AUTH__CORS_ORIGINS", '["https://shop.example"]')
    monkeypatch.setenv("TRYON_PORT", "9000")
    settings = Settings()
    assert (settings.limits.photo_bytes, settings.port) == (7, 9000)
    assert settings.auth.cors_origins == ["https://shop.example"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIMITS__PHOTO_BYTES", "0"),
        ("SHOP__CURRENCY", "euro"),
        ("SHOP__LOCALE", "fr"),
        ("INDEX__KIND", "magic"),
        ("RANKING__IMAGE", "0"),
        ("RANKING__TEXT", "-1"),
        ("PORT", "99999"),
        ("DATABASE__URL", "nonsense"),
        ("DATABASE__URL", "mysql://somewhere/else"),
    ],
)
def test_nonsense_is_refused_at_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"TRYON_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("TRYON_PORT", "99999", "TRYON_PORT: Input should be less than or equal to 65535"),
        ("TRYON_DATABASE__URL", "mysql://u:secret@h/d", "TRYON_DATABASE__URL: must start with sqlite+aiosqlite:// or"),
        ("TRYON_DATABASE__URL", "postgresql+asyncpg://u@127.0.0.1:1/d", "The database cannot be reached."),
    ],
)
def test_the_command_line_says_it_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["tryon", "migrate"])
    monkeypatch.setattr("app.observability.logging.configure_logging", lambda level: None)
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert said.startswith(f"tryon: {reason}")
    assert said.count("\n") == 1
    assert "secret" not in said


async def test_a_model_that_cannot_be_had_is_one_line_too(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, model={"name": str(tmp_path / "nowhere")})
    sent: list[dict[str, str]] = []

    async def receive() -> dict[str, str]:
        return {"type": "lifespan.startup"}

    async def send(message: dict[str, str]) -> None:
        sent.append(message)

    await ClearStart(create_app(settings))({"type": "lifespan"}, receive, send)
    assert [m["type"] for m in sent] == ["lifespan.startup.failed"]
    assert "nowhere" in sent[0]["message"]
    assert "\n" not in sent[0]["message"].strip()


def test_the_demo_never_touches_the_operators_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRYON_DATABASE__URL", "postgresql+asyncpg://db/production")
    monkeypatch.setenv("TRYON_SHOP__CURRENCY", "CNY")
    monkeypatch.setenv("TRYON_AUTH__CORS_ORIGINS", '["https://shop.example"]')
    demo = _demo_settings(Settings(), tmp_path)
    assert demo.database_url == f"sqlite+aiosqlite:///{tmp_path / 'tryon.db'}"
    assert demo.shop.currency == CURRENCY
    assert (demo.auth.anonymous_shop, demo.auth.cors_origins) == (True, ["https://shop.example"])
