"""Untrusted multipart forms → text fields and photos, with every fault collected before anything is refused."""

import sys
from collections.abc import Collection, Sequence

from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from app.errors import FieldError, InvalidRequest, UnreadablePhoto

MULTIPART = "multipart/form-data"
FORMS = (MULTIPART, "application/x-www-form-urlencoded")
NAMED = 3
"""Faults that the summary names; `errors` of the answer holds them all."""


class InMemory(MultiPartParser):
    """Files of a form stay in memory: a shopper's photo never touches a disk, where its blocks would outlive it.

    How much that can be is the limit of a request's body.
    """

    spool_max_size = sys.maxsize


async def read_multipart(request: Request, *, most_fields: int, what: str) -> FormData:
    """The form of a request. `what` says what to send. Raises InvalidRequest when the body is no form."""
    kind = request.headers.get("content-type", "").lower()
    if not kind.startswith(FORMS):
        reason = f"must be a form: send multipart/form-data with {what}"
        raise InvalidRequest(f"The body {reason}.", fields=[FieldError("body", reason)])
    try:
        if not kind.startswith(MULTIPART):
            return await request.form(max_files=most_fields, max_fields=most_fields)
        parser = InMemory(request.headers, request.stream(), max_files=most_fields, max_fields=most_fields)
        return await parser.parse()
    except (HTTPException, MultiPartException) as error:
        reason = f"could not be read as a form: {error.detail if isinstance(error, HTTPException) else error.message}"
        raise InvalidRequest(f"The body {reason}", fields=[FieldError("body", reason)]) from error


def text_fields(
    form: FormData, known: Collection[str], errors: list[FieldError], *, repeated: Collection[str] = ()
) -> dict[str, list[str]]:
    """Values by field, `photo` apart; one each, but any number of those `repeated`. An empty field is left out."""
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if name == "photo":
            continue
        if name not in known:
            errors.append(FieldError(name[:64], f"is unknown; known are photo, {', '.join(known)}"))
        elif not isinstance(value, str):
            errors.append(FieldError(name, "must be text, not a file"))
        elif name in fields and name not in repeated:
            errors.append(FieldError(name, "is given twice; send it once"))
        elif value != "":
            fields.setdefault(name, []).append(value)
    return fields


def photo_files(form: FormData, most: int, errors: list[FieldError]) -> list[UploadFile]:
    """The chosen files. A page with an empty file input sends a part without name and content: no photo."""
    given = form.getlist("photo")
    if any(isinstance(photo, str) and photo for photo in given):
        errors.append(FieldError("photo", "must be a file, not text"))
    photos = [p for p in given if isinstance(p, UploadFile) and (p.filename or p.size)]
    if len(photos) > most:
        taken = "one photo is" if most == 1 else f"{most} photos are"
        errors.append(FieldError("photo", f"is given {len(photos)} times; at most {taken} taken"))
    return photos


async def read_photo(photo: UploadFile, number: int) -> bytes:
    """The bytes of a chosen file; `number` counts from 1. Raises UnreadablePhoto for an empty one."""
    data = await photo.read()
    if not data:
        reason = "is an empty file; send the picture itself"
        raise UnreadablePhoto(f"Photo {number} {reason}.", fields=[FieldError("photo", reason)])
    return data


def field_errors(error: ValidationError) -> list[FieldError]:
    """What pydantic found, in our words."""
    found = []
    for one in error.errors(include_url=False, include_context=False):
        reason = str(one["msg"]).removeprefix("Value error, ")
        found.append(FieldError(".".join(str(part) for part in one["loc"]), reason[:1].lower() + reason[1:]))
    return found


def refuse(errors: Sequence[FieldError]) -> None:
    """Raises InvalidRequest that names every fault; nothing when there is none."""
    if errors:
        summary = "; ".join(f"{e.field} {e.reason}" for e in errors[:NAMED])
        raise InvalidRequest(f"{summary}.", fields=errors)
