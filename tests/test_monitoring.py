"""What watches the service: rules that fire when they should, a dashboard and rules that ask for metrics that exist."""

import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from prometheus_client.parser import text_string_to_metric_families

from app.observability.collectors import device_memory
from tests.app.conftest import Whole, serving

ROOT = Path(str(resources.files("app"))).parent
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
ALERTS = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text("utf-8"))
RULES = {rule["alert"]: rule for group in ALERTS["groups"] for rule in group["rules"]}
DASHBOARD = json.loads((DEPLOY / "grafana/dashboards/tryon.json").read_text("utf-8"))
DOCUMENT = (ROOT / "docs/MONITORING.md").read_text("utf-8")

OURS = re.compile(r"\b(?:tryon|http|process|python)_[a-z0-9_]+")
ELSEWHERE = frozenset({"up"})
"""Prometheus' own."""


@pytest.fixture(scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with serving(tmp_path_factory.mktemp("watched")) as running:
        yield running


@pytest.fixture(scope="module")
async def names(shop: Whole) -> set[str]:
    """Every sample's name in a scrape of the running service, those of a CUDA device too."""
    await shop.post(description="red dress")
    await shop.client.get("/v1/admin/jobs")  # refused at the door, and counted
    scraped = (await shop.client.get("/metrics")).text
    found = {sample.name for family in text_string_to_metric_families(scraped) for sample in family.samples}
    with pytest.MonkeyPatch.context() as patch:  # as torch answers where there is a device
        patch.setattr(torch.cuda, "mem_get_info", lambda device: (30, 80))
        patch.setattr(torch.cuda, "memory_allocated", lambda device: 10)
        patch.setattr(torch.cuda, "memory_reserved", lambda device: 20)
        patch.setattr(torch.cuda, "memory_stats", lambda device: {"num_ooms": 1})
        return found | {sample.name for family in device_memory("cuda:0") for sample in family.samples}


def panels() -> Iterator[dict[str, Any]]:
    yield from (panel for panel in DASHBOARD["panels"] if panel["type"] != "row")


def expressions() -> dict[str, str]:
    """Every PromQL expression of rules and dashboard, by where it stands."""
    found = {f"alert {name}": rule["expr"] for name, rule in RULES.items()}
    found |= {f"panel {p['title']} {t['refId']}": t["expr"] for p in panels() for t in p["targets"]}
    found |= {f"annotation {a['name']}": a["expr"] for a in DASHBOARD["annotations"]["list"]}
    found |= {f"variable {v['name']}": v["query"]["query"] for v in DASHBOARD["templating"]["list"]}
    return found


def metrics_in(expression: str) -> set[str]:
    """Names of metrics: what is left without labels, their values and the words of PromQL."""
    return set(OURS.findall(re.sub(r"\{[^}]*\}", "", expression)))


@pytest.mark.parametrize("where", expressions())
async def test_every_expression_asks_for_metrics_that_exist(names: set[str], where: str) -> None:
    expression = expressions()[where]
    asked = metrics_in(expression)
    assert asked or ELSEWHERE & set(re.findall(r"\w+", expression)), expression
    assert asked - names == set()


async def test_every_metric_of_ours_is_documented_and_nothing_else(names: set[str]) -> None:
    families = {re.sub(r"_(bucket|count|sum)$", "", n) for n in names if n.startswith(("tryon_", "http_"))}
    told = set(re.findall(r"`((?:tryon|http)_[a-z0-9_]+)", DOCUMENT))
    assert told == families


def test_every_alert_is_documented_says_what_to_do_and_whom_it_wakes() -> None:
    for name, rule in RULES.items():
        assert f"`{name}`" in DOCUMENT
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"] and len(rule["annotations"]["runbook"]) > 40
        assert rule["for"]


def test_settings_that_runbooks_name_exist() -> None:
    from tests.test_deployment import setting_exists

    told = (DEPLOY / "prometheus/alerts.yml").read_text("utf-8") + DOCUMENT
    named = set(re.findall(r"TRYON_[A-Z_]+[A-Z]", told))
    assert named and [name for name in named if not setting_exists(name)] == []


async def test_routes_that_rules_and_panels_name_exist(shop: Whole) -> None:
    routes = (
        {getattr(route, "path", None) for route in shop.app.routes} | set(shop.app.openapi()["paths"]) | {"/metrics"}
    )
    named = {
        part
        for e in expressions().values()
        for found in re.findall(r'route!?=~?"([^"]+)"', e)
        for part in found.split("|")
    }
    assert named and named <= routes


def test_panels_do_not_lie_over_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        grid = panel["gridPos"]
        cells = {
            (x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not cells & taken and max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_compose_starts_both_with_what_lies_in_the_repository() -> None:
    for name in ("prometheus", "grafana"):
        service = COMPOSE["services"][name]
        assert service["profiles"] == ["monitoring"]
        assert re.fullmatch(r"[\w/]+:v?\d+\.\d+\.\d+", service["image"]), "a pinned version"
        assert service["ports"][0].startswith("${") and ":-127.0.0.1:" in service["ports"][0]
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert (ROOT / source).is_dir() if source.startswith(".") else source in COMPOSE["volumes"]
    mounted = dict(v.split(":")[:2][::-1] for v in COMPOSE["services"]["grafana"]["volumes"])
    provider = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/tryon.yml").read_text("utf-8"))["providers"][0]
    assert mounted[provider["options"]["path"]] == "./deploy/grafana/dashboards"


def test_prometheus_reads_the_rules_and_asks_services_that_compose_starts() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text("utf-8"))
    assert config["rule_files"] == ["/etc/prometheus/alerts.yml"]
    asked = next(job for job in config["scrape_configs"] if job["job_name"] == "tryon")["dns_sd_configs"][0]
    assert set(asked["names"]) <= set(COMPOSE["services"]) and asked["port"] == 8000
    source = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text("utf-8"))[
        "datasources"
    ][0]
    assert source["url"] == "http://prometheus:9090"
    used = {t["datasource"]["uid"] for p in panels() for t in p["targets"]}
    assert used == {source["uid"]}


def test_every_alert_has_a_case_in_which_it_fires() -> None:
    cases = yaml.safe_load((DEPLOY / "prometheus/alerts_test.yml").read_text("utf-8"))["tests"]
    fired = {
        re.findall(r'alertname="(\w+)"', test["expr"])[0]
        for c in cases
        for test in c["promql_expr_test"]
        if test["exp_samples"]
    }
    assert fired == set(RULES)


def test_promtool_finds_rules_and_their_tests_good(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    for arguments in (
        ["check", "rules", "alerts.yml"],
        ["check", "config", "--syntax-only", "prometheus.yml"],
        ["test", "rules", "alerts_test.yml"],
    ):
        done = subprocess.run(
            [promtool, *arguments], cwd=DEPLOY / "prometheus", check=False, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
    # Expressions of the dashboard are PromQL too: as rules they can be parsed.
    plain = {
        where: e.replace("$__rate_interval", "1m")
        for where, e in expressions().items()
        if not where.startswith("variable")
    }
    rules = [{"record": f"checked:{n}", "expr": expression} for n, expression in enumerate(plain.values())]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}), "utf-8")
    done = subprocess.run(
        [promtool, "check", "rules", "rules.yml"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_device_no_device_memory() -> None:
    assert list(device_memory("cpu")) == []
