"""The image and the compose file, as far as they can be checked without a container engine."""

import re
from importlib import resources
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from app.cli import cli
from app.settings import Settings

ROOT = Path(str(resources.files("app"))).parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
COMMANDS = set(get_command(cli).commands)  # type: ignore[attr-defined]


def setting_exists(name: str) -> bool:
    fields = type(Settings()).model_fields
    for part in name.removeprefix("TRYON_").lower().split("__"):
        if part not in fields:
            return False
        fields = getattr(fields[part].annotation, "model_fields", {})
    return True


def test_image_runs_as_a_normal_user_with_a_health_check() -> None:
    user = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert user and user[-1] not in ("root", "0")
    assert "HEALTHCHECK" in DOCKERFILE
    assert "/healthz" in DOCKERFILE


def test_image_installs_the_pinned_versions_that_make_installs() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "-c constraints.txt -e '.[export]'" in DOCKERFILE
    assert "-c constraints.txt -e ." in makefile


def test_image_holds_everything_the_service_imports() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))
    assert copied == {"app", "models", "migrations"}


def test_images_and_services_run_commands_that_exist() -> None:
    started = re.findall(r'^CMD \["tryon", "(\w+)"', DOCKERFILE, re.MULTILINE)
    ours = [service for service in COMPOSE["services"].values() if service["image"] == "tryon:local"]
    started += [service["command"][1] for service in ours if "command" in service]
    assert "serve" in started and "migrate" in started
    assert set(started) <= COMMANDS


@pytest.mark.parametrize("service", ["api", "api-gpu", "migrate"])
def test_compose_sets_settings_that_exist(service: str) -> None:
    names = [name for name in COMPOSE["services"][service]["environment"] if name.startswith("TRYON_")]
    assert names
    assert [name for name in names if not setting_exists(name)] == []


def test_image_sets_settings_that_exist() -> None:
    names = re.findall(r"(TRYON_\w+)=", DOCKERFILE)
    assert names and all(setting_exists(name) for name in names)


def test_compose_waits_for_the_database_and_asks_for_its_password() -> None:
    services = COMPOSE["services"]
    assert "healthcheck" in services["db"]
    assert services["migrate"]["depends_on"]["db"]["condition"] == "service_healthy"
    assert services["api"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["db"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert services["api"]["ports"] == ["${TRYON_PUBLISH:-127.0.0.1:8000}:8000"]


def test_gpu_profile_asks_for_a_device() -> None:
    gpu = COMPOSE["services"]["api-gpu"]
    assert gpu["profiles"] == ["gpu"]
    assert gpu["environment"]["TRYON_MODEL__DEVICE"] == "cuda"
    assert gpu["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]


def test_versions_are_pinned_without_an_address() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").split()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+", line) for line in lines)


@pytest.mark.parametrize("name", re.findall(r"`(TRYON_\w+)`", (ROOT / "README.md").read_text("utf-8")))
def test_readme_names_settings_that_exist(name: str) -> None:
    assert setting_exists(name)
