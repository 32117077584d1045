"""The admin console as a merchandiser uses it."""

from pathlib import Path
from typing import Any, Protocol

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from shop_page import PATIENCE_S, ShopPage

BUSY = "return document.querySelector('#main [aria-busy=true]') === null"


class AdminPage(ShopPage):
    """What a merchandiser can do and see; waits are for what the page shows, never for time."""

    def open(self, fragment: str = "") -> "AdminPage":
        self.driver.get("about:blank")
        self.driver.get(f"{self.url}admin{fragment}")
        self.wait_for("#main > :not(noscript)")
        return self

    def sign_in(self, key: str) -> None:
        self.driver.find_element(By.ID, "key").send_keys(key)
        self.click(".gate [type=submit]")
        self.wait_for("body[data-signed=yes] #main h1")
        self.settled()

    def settled(self) -> None:
        """Waits until nothing on the screen is still being loaded."""
        WebDriverWait(self.driver, PATIENCE_S).until(lambda driver: driver.execute_script(BUSY))

    def go(self, section: str) -> None:
        self.click(f"#sections [data-section={section}]")
        self.wait_for(f"#sections [data-section={section}][aria-current=page]")
        self.settled()

    def click(self, selector: str) -> None:
        self.wait_for(selector).click()

    def press_button(self, text: str, within: str = "#main") -> None:
        """Presses the button that says so."""
        for button in self.all(f"{within} button"):
            if button.text == text:
                button.click()
                return
        raise AssertionError(f"no button '{text}' in {within}: {self.texts(f'{within} button')}")

    def confirm(self) -> None:
        self.click("dialog.confirm [value=yes]")

    def wait_for_text(self, selector: str, text: str) -> None:
        def there(_: Any) -> bool:
            return any(text in found for found in self.texts_now(selector))

        WebDriverWait(self.driver, PATIENCE_S).until(there, f"'{text}' does not appear in {selector}")

    def wait_for_picture(self, selector: str) -> None:
        """Waits until that picture is there to see: those that are fetched with the key have no address until then."""
        seen = "return document.querySelector(arguments[0])?.naturalWidth > 0"
        WebDriverWait(self.driver, PATIENCE_S).until(lambda driver: driver.execute_script(seen, selector))

    def texts_now(self, selector: str) -> list[str]:
        """Texts of what matches, in one look: elements may be replaced between two."""
        script = "return [...document.querySelectorAll(arguments[0])].map((element) => element.innerText)"
        return [str(text) for text in self.driver.execute_script(script, selector)]

    def rows(self, table: str) -> list[list[str]]:
        """Cells of a table's body."""
        script = (
            "return [...document.querySelectorAll(arguments[0] + ' tbody tr')]"
            ".map((row) => [...row.cells].map((cell) => cell.innerText.trim()))"
        )
        return [[str(cell) for cell in row] for row in self.driver.execute_script(script, table)]

    def choose(self, input_id: str, path: Path) -> None:
        self.driver.find_element(By.ID, input_id).send_keys(str(path))

    def set(self, selector: str, value: str) -> None:
        """Writes into a field in place of what it held."""
        field = self.wait_for(selector)
        field.clear()
        field.send_keys(value)

    def run(self, script: str, *arguments: Any) -> Any:
        """What an async function body gives, run in the page: its modules by `import`, these as `arguments`."""
        body = f"(async () => {{ {script} }})().then(done, (error) => done(String(error)))"
        return self.driver.execute_async_script(f"const done = [...arguments].at(-1); {body}", *arguments)


class OpenAdmin(Protocol):
    """Opens the console in a fresh browser."""

    def __call__(self, fragment: str = "", width: int = 1280, language: str = "en", key: str = ...) -> AdminPage: ...
