"""Take the README's picture of the demo's console, where all garments are drawn:

python scripts/console_picture.py http://127.0.0.1:8000/ KEY docs/admin.webp
"""

from pathlib import Path
from typing import Annotated

import typer
from pictures import browser, take, until
from selenium.webdriver.common.by import By

SETTLED = "return !document.querySelector('#main [aria-busy=true]') && document.querySelector('#main h1') !== null"

SEEN = """
const shown = [...document.images].filter((image) => image.getBoundingClientRect().top < innerHeight);
return shown.length > 0 && shown.every((image) => image.naturalWidth > 0);
"""


def main(
    url: str,
    key: str,
    out: Path,
    screen: Annotated[str, typer.Option(help="The part of the address behind /admin.")] = "#/catalogue",
    width: int = 1280,
    height: int = 800,
) -> None:
    """Sign in with an admin key, wait for the screen and its pictures, take the picture."""
    with browser(width, height) as driver:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        driver.get(f"{url}admin{screen}")
        until(driver, "return document.querySelector('#key') !== null")
        driver.find_element(By.ID, "key").send_keys(key, "\n")
        until(driver, SETTLED)
        until(driver, SEEN)
        take(driver, out)


if __name__ == "__main__":
    typer.run(main)
