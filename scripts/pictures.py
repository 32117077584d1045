"""What the scripts that take the README's pictures share: a browser of their own, waiting, the picture."""

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--hide-scrollbars",
)
WAIT_S = 60
QUALITY = 82


@contextmanager
def browser(width: int, height: int) -> Iterator[webdriver.Chrome]:
    """Chromium with a window of that size and a profile that is gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for flag in (*FLAGS, f"--window-size={width},{height}", f"--user-data-dir={profile}"):
            options.add_argument(flag)
        # Named, so that selenium does not look for a browser and a driver on the network.
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        try:
            yield driver
        finally:
            driver.quit()


def until(driver: webdriver.Chrome, script: str) -> None:
    """Wait until `script` gives something true in the page."""
    WebDriverWait(driver, WAIT_S).until(lambda d: d.execute_script(script))


def take(driver: webdriver.Chrome, out: Path) -> None:
    """Write what the window shows to `out`, in the format that its name says."""
    page = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
    out.parent.mkdir(parents=True, exist_ok=True)
    page.save(out, quality=QUALITY)
