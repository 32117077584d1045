"""Take the README's picture of the page: `python scripts/page_picture.py http://127.0.0.1:8000/ docs/page.webp`."""

from pathlib import Path
from typing import Annotated

import typer
from pictures import browser, take, until
from selenium.webdriver.common.by import By

LOADED = "return [...document.images].every(i => i.complete)"


def main(
    url: str,
    out: Path,
    wish: Annotated[str, typer.Option(help="What is typed.")] = "the same in red, for a summer wedding, no stripes",
    sample: Annotated[int, typer.Option(help="Which sample photo is picked.")] = 0,
    width: int = 1280,
    height: Annotated[int, typer.Option(help="The picture is cut here.")] = 1900,
) -> None:
    """Pick a sample photo, type a wish, wait for the answer, take the picture."""
    with browser(width, height) as driver:
        driver.get(url)
        until(driver, "return document.querySelectorAll('#samples button img').length > 0")
        driver.find_elements(By.CSS_SELECTOR, "#samples button")[sample].click()
        until(driver, "return document.querySelector('#preview img') !== null")
        driver.find_element(By.ID, "wish").send_keys(wish)
        driver.find_element(By.ID, "submit").click()
        until(driver, "return document.querySelector('.look img') !== null")
        driver.execute_script("document.querySelectorAll('img').forEach(i => { i.loading = 'eager' })")
        until(driver, LOADED)
        take(driver, out)


if __name__ == "__main__":
    typer.run(main)
