"""The client needs what its pyproject names and nothing of the service."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

CLIENT = Path(__file__).parents[2] / "clients" / "python"


def imported() -> Iterator[str]:
    """The packages that the client's modules import."""
    for file in (CLIENT / "tryon_client").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = ["tryon_client" if node.level else str(node.module)]
            yield from (name.partition(".")[0] for name in names)


def test_it_imports_what_it_declares_and_nothing_else() -> None:
    declared = tomllib.loads((CLIENT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    packages = {re.split(r"[<>=~!\[; ]", one)[0].replace("-", "_") for one in declared}
    assert set(imported()) - sys.stdlib_module_names - {"tryon_client"} == packages
