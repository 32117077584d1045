"""Take the README's picture of the page: `python scripts/page_picture.py http://127.0.0.1:8000/ docs/page.webp`."""

import io
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--hide-scrollbars",
)
LOADED = "return [...document.images].every(i => i.complete)"
WAIT_S = 60


def main(
    url: str,
    out: Path,
    wish: Annotated[str, typer.Option(help="What is typed.")] = "the same in red, for a summer wedding, no stripes",
    sample: Annotated[int, typer.Option(help="Which sample photo is picked.")] = 0,
    width: int = 1280,
    height: Annotated[int, typer.Option(help="The picture is cut here.")] = 1900,
) -> None:
    """Pick a sample photo, type a wish, wait for the answer, take the picture."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*FLAGS, f"--window-size={width},{height}", f"--user-data-dir={tempfile.mkdtemp()}"):
        options.add_argument(flag)
    # Named, so that selenium does not look for a browser and a driver on the network.
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        driver.get(url)
        until(driver, "return document.querySelectorAll('#samples button img').length > 0")
        driver.find_elements(By.CSS_SELECTOR, "#samples button")[sample].click()
        until(driver, "return document.querySelector('#preview img') !== null")
        driver.find_element(By.ID, "wish").send_keys(wish)
        driver.find_element(By.ID, "submit").click()
        until(driver, "return document.querySelector('.look img') !== null")
        driver.execute_script("document.querySelectorAll('img').forEach(i => { i.loading = 'eager' })")
        until(driver, LOADED)
        page = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
    finally:
        driver.quit()
    out.parent.mkdir(parents=True, exist_ok=True)
    page.save(out, quality=82)


def until(driver: WebDriver, script: str) -> None:
    """Wait until `script` gives something true in the page."""
    WebDriverWait(driver, WAIT_S).until(lambda d: d.execute_script(script))


if __name__ == "__main__":
    typer.run(main)
