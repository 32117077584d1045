"""One request as a value: built by `shop` and `admin`, sent by either client."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
M = TypeVar("M", bound=BaseModel)

File: TypeAlias = Path | bytes
"""A file to send: a path is streamed, and opened anew for each try."""

Value: TypeAlias = str | int | float | bool | BaseModel | Sequence[BaseModel] | None


@dataclass(frozen=True, slots=True)
class Call(Generic[T_co]):
    """A request, and how to read its answer.

    Attributes:
        path: with ids filled in, percent-encoded.
        form: text fields of a multipart body; `files` may come with it.
        json: the body as JSON text; None without one.
        repeatable: doing it twice is as good as once, so that a lost answer may be asked for again.
        answers: statuses from 400 on whose JSON is an answer like any other, and not a problem.
    """

    method: str
    path: str
    read: Callable[[httpx.Response], T_co]
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    form: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, File], ...] = ()
    json: str | None = None
    multipart: bool = False
    repeatable: bool = True
    answers: frozenset[int] = frozenset()

    def at(self, cursor: str) -> "Call[T_co]":
        """The same page of a list, further on."""
        return replace(self, params={**self.params, "cursor": cursor})

    @contextmanager
    def body(self) -> Iterator[dict[str, Any]]:
        """What httpx is given to send; files stay open for the block."""
        with ExitStack() as opened:
            if self.json is not None:
                yield {"content": self.json.encode()}
            elif self.multipart:
                parts: list[tuple[str, Any]] = [(name, (None, text)) for name, text in self.form]
                parts += [(name, _part(opened, file)) for name, file in self.files]
                yield {"files": parts}
            else:
                yield {}


def _part(opened: ExitStack, file: File) -> tuple[str, Any]:
    if isinstance(file, bytes):
        return "file", file
    return file.name, opened.enter_context(file.open("rb"))


def model(kind: type[M]) -> Callable[[httpx.Response], M]:
    """Reads an answer of one kind."""
    return lambda response: kind.model_validate_json(response.content)


def either(kinds: TypeAdapter[T]) -> Callable[[httpx.Response], T]:
    """Reads an answer of one of several kinds."""
    return lambda response: kinds.validate_json(response.content)


def content(response: httpx.Response) -> bytes:
    """Reads a picture."""
    return response.content


def nothing(_response: httpx.Response) -> None:
    """Reads an answer that says no more than that it is done."""


def path(template: str, *ids: str) -> str:
    """`template` with each `{}` an id, its slashes and all encoded."""
    return template.format(*(quote(one, safe="") for one in ids))


def params(**given: Value) -> dict[str, str]:
    """Query parameters; those that are None are left out."""
    return dict(fields(given.items()))


def fields(given: Iterable[tuple[str, Value]]) -> Iterator[tuple[str, str]]:
    """Form fields as text; those that are None are left out. Models are JSON."""
    for name, value in given:
        if value is not None:
            yield name, _text(value)


def headers(**given: str | None) -> dict[str, str]:
    """Headers by name with underscores; those that are None are left out."""
    return {name.replace("_", "-"): value for name, value in given.items() if value is not None}


JSON = {"Content-Type": "application/json"}


def once(key: str | None) -> dict[str, str]:
    """An `Idempotency-Key`: the caller's own, else a new one, the same for every try."""
    return {"Idempotency-Key": key if key is not None else uuid.uuid4().hex}


def _text(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case BaseModel():
            return value.model_dump_json(exclude_unset=True)
        case str() | int() | float():
            return str(value)
        case None:
            return ""
        case _:
            return f"[{','.join(one.model_dump_json(exclude_unset=True) for one in value)}]"
