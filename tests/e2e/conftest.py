"""The real service with its demo shop in a process of its own, and a real browser in front of it."""

import contextlib
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from admin_page import AdminPage, OpenAdmin
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from shop_page import OpenShop, ShopPage

from bench.soak_service import free_port

CHROMIUM = Path("/usr/bin/chromium")
CHROMEDRIVER = Path("/usr/bin/chromedriver")
ROOT = Path(__file__).parents[2]
START_S = 600
WIDEST_PHONE = 600
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
    "--window-size=1280,900",
)


@dataclass(frozen=True)
class Demo:
    """A running demo shop: its address, and the admin key that it printed."""

    url: str
    admin_key: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo shop that was seeded for this run and answers /readyz; or the one that TRYON_E2E_URL and _KEY name."""
    if not (CHROMIUM.exists() and CHROMEDRIVER.exists()):
        pytest.skip("needs Debian's chromium and chromium-driver")
    if running := os.environ.get("TRYON_E2E_URL"):
        yield Demo(running, os.environ.get("TRYON_E2E_KEY", ""))
        return
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    command = [sys.executable, "-m", "app.cli", "demo", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen([*command, "--data-dir", str(folder / "data")], cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/readyz", process, folder / "log.txt")
        printed = re.search(r"Admin key: (\S+)", (folder / "log.txt").read_text())
        assert printed
        yield Demo(f"http://127.0.0.1:{port}/", printed[1])
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def shop_url(demo: Demo) -> str:
    return demo.url


@pytest.fixture(scope="session")
def admin_key(demo: Demo) -> str:
    return demo.admin_key


@pytest.fixture(scope="session")
def browser(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One Chromium for the run, on a profile of its own."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(CHROMEDRIVER)))
    yield driver
    driver.quit()


@pytest.fixture
def open_shop(shop_url: str, browser: webdriver.Chrome) -> OpenShop:
    """`open_shop(width=1280, language="en")` opens the page as a newcomer and waits until it can be used."""

    def opened(width: int = 1280, language: str = "en") -> ShopPage:
        _as_newcomer(browser, shop_url, width, language)
        page = ShopPage(browser, shop_url)
        page.console_errors()  # what an earlier test left in the log
        return page.open()

    return opened


@pytest.fixture
def open_admin(demo: Demo, browser: webdriver.Chrome) -> OpenAdmin:
    """`open_admin("#/feeds", width=1280, language="en")` opens the console and signs in; without a key where `key` is
    empty.
    """

    def opened(fragment: str = "", width: int = 1280, language: str = "en", key: str = demo.admin_key) -> AdminPage:
        _as_newcomer(browser, demo.url, width, language)
        page = AdminPage(browser, demo.url)
        page.console_errors()
        page.open(fragment)
        if key:
            page.sign_in(key)
        return page

    return opened


def _as_newcomer(browser: webdriver.Chrome, url: str, width: int, language: str) -> None:
    browser.get("about:blank")
    agent = {"userAgent": browser.execute_script("return navigator.userAgent"), "acceptLanguage": language}
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < WIDEST_PHONE}
    for command, arguments in (
        ("Storage.clearDataForOrigin", {"origin": url.rstrip("/"), "storageTypes": "all"}),
        ("Emulation.setUserAgentOverride", agent),
        ("Emulation.setDeviceMetricsOverride", metrics),
    ):
        browser.execute_cdp_cmd(command, arguments)
    # What a tab keeps for its session outlives that command.
    browser.get(f"{url}healthz")
    browser.execute_script("sessionStorage.clear()")


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_S
    while not _ready(url):
        if time.monotonic() > deadline:
            pytest.fail(f"the demo was not ready in {START_S} s:\n{log.read_text()[-3000:]}")
        with contextlib.suppress(subprocess.TimeoutExpired):
            # The pause between two looks is a look at the process itself: it should still be running.
            code = process.wait(0.3)
            pytest.fail(f"tryon demo ended with {code}:\n{log.read_text()[-3000:]}")


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
