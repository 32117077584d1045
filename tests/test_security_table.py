"""docs/SECURITY.md names tests for every risk of the OWASP API Security Top 10; each of them exists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "SECURITY.md").read_text("utf-8")
ROWS = re.findall(r"^\| (API\d+) .*\| (.*) \|$", DOCUMENT, re.MULTILINE)


def named(cell: str) -> Iterator[tuple[str, str]]:
    """(file, test); `::test` alone is of the file before it."""
    file = ""
    for quoted in re.findall(r"`([^`]+)`", cell):
        path, _, test = quoted.partition("::")
        file = path or file
        yield file, test


def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_all_ten_risks_are_there() -> None:
    assert [risk for risk, _ in ROWS] == [f"API{number}" for number in range(1, 11)]


@pytest.mark.parametrize(("risk", "cell"), ROWS)
def test_each_names_tests_that_exist(risk: str, cell: str) -> None:
    tests = list(named(cell))
    assert tests
    for file, test in tests:
        assert test.startswith("test_"), f"{risk}: {file} is named without a test"
        assert test in functions_of(file), f"{risk}: {file} has no {test}"
