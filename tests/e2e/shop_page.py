"""The demo shop's page as a shopper uses it."""

from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_S = 60
TABS = 60


class ShopPage:
    """What a shopper can do and see; waits are for what the page shows, never for time."""

    def __init__(self, driver: Chrome, url: str) -> None:
        self.driver = driver
        self.url = url

    def open(self, fragment: str = "") -> "ShopPage":
        self.driver.get("about:blank")  # a new fragment alone would not load the page anew
        self.driver.get(self.url + fragment)
        self.wait_for("#samples:not([hidden]) img")
        return self

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.all(selector)]

    def wait_for(self, selector: str) -> WebElement:
        found = expected_conditions.presence_of_element_located((By.CSS_SELECTOR, selector))
        return WebDriverWait(self.driver, PATIENCE_S).until(found, f"nothing matches {selector}")

    def wait_to_see(self, selector: str) -> WebElement:
        found = expected_conditions.visibility_of_element_located((By.CSS_SELECTOR, selector))
        return WebDriverWait(self.driver, PATIENCE_S).until(found, f"{selector} is not to be seen")

    def choose_photo(self, path: Path) -> None:
        self.driver.find_element(By.ID, "photo").send_keys(str(path))

    def write(self, wish: str) -> None:
        self.driver.find_element(By.ID, "wish").send_keys(wish)

    def submit(self) -> None:
        self.driver.find_element(By.ID, "submit").click()

    def wait_for_answer(self) -> None:
        self.wait_for("body[data-phase=ready] .piece h3")

    def wait_for_pictures(self) -> None:
        """Brings every picture in and waits until each has loaded, or has given way to its placeholder."""
        self.driver.execute_script("for (const image of document.images) image.loading = 'eager'")
        loaded = "return [...document.images].every((image) => image.complete)"
        WebDriverWait(self.driver, PATIENCE_S).until(lambda driver: driver.execute_script(loaded))

    def press(self, *keys: str) -> None:
        ActionChains(self.driver).send_keys(*keys).perform()

    def tab_to(self, element_id: str) -> None:
        """Presses Tab until that element has the focus."""
        for _ in range(TABS):
            if self.focused_id() == element_id:
                return
            self.press(Keys.TAB)
        raise AssertionError(f"{TABS} tabs did not reach #{element_id}")

    def focused_id(self) -> str:
        return str(self.driver.execute_script("return document.activeElement.id"))

    def overflow(self) -> int:
        """Pixels that the page is wider than the window."""
        return int(self.driver.execute_script("return document.documentElement.scrollWidth - innerWidth"))

    def console_errors(self) -> list[str]:
        return [entry["message"] for entry in cast(Any, self.driver).get_log("browser") if entry["level"] == "SEVERE"]

    def foreign_requests(self) -> list[str]:
        """Addresses outside the shop that the page asked for; pictures it made itself (blob:, data:) are its own."""
        names = self.driver.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        home = urlsplit(self.url).netloc
        return [name for name in names if not name.startswith(("blob:", "data:")) and urlsplit(name).netloc != home]


class OpenShop(Protocol):
    """Opens the page in a fresh browser."""

    def __call__(self, width: int = 1280, language: str = "en") -> ShopPage: ...
