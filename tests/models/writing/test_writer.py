"""Language models in transformers' own format, tiny and untrained: they load, they babble, they keep their time."""

from pathlib import Path
from time import monotonic

import pytest

from models.contracts import ModelUnavailable
from models.writing import Prompt, load_writer
from tests.models.writing.babbler import save_babbler

PROMPT = Prompt("You are a stylist.", "What goes with red jeans?")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_babbler(tmp_path_factory.mktemp("babbler"))


def test_a_folder_is_loaded_and_writes_the_same_twice(folder: Path) -> None:
    writer = load_writer(str(folder), device="cpu")
    texts = [writer.write(PROMPT, max_tokens=12, limit_s=10) for _ in range(2)]
    assert texts[0] == texts[1]
    assert texts[0]
    assert "stylist" not in texts[0][:7]  # the prompt is not part of it


def test_a_chat_template_is_used_where_there_is_one(tmp_path: Path) -> None:
    template = "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}"
    writer = load_writer(str(save_babbler(tmp_path, chat_template=template)), device="cpu")
    assert writer.write(PROMPT, max_tokens=4, limit_s=10)


def test_the_time_limit_ends_a_text(folder: Path) -> None:
    writer = load_writer(str(folder), device="cpu")
    began = monotonic()
    writer.write(PROMPT, max_tokens=100_000, limit_s=0.2)
    assert monotonic() - began < 30


@pytest.mark.parametrize("name", ["/no/such/folder", ""])
def test_what_cannot_be_had_is_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as error:
        load_writer(name or str(tmp_path))
    assert "\n" not in str(error.value)
