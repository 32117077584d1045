"""The use case: one photo told by labels, or by what the taxonomy knows. Knows no HTTP; stores nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.asking import Gone, never, said_plainly, while_wanted
from app.errors import AppError, FieldError
from app.media.photo import ENOUGH, decode
from app.settings import LimitSettings, Locale
from app.tags.schemas import AttributesOut, LabelOut, LabelsOut, TagOut
from models.contracts import RGB, Vector
from models.engine import Engine
from models.taxonomy import taxonomy
from models.zero_shot import AttributeTagger, SenseVectors, Tag, read_labels

DIGITS = 6
"""Digits of a probability that are shown: the labels' sum stays 1 to four of them however many there are."""


@dataclass(frozen=True, slots=True)
class TagService:
    """Everything one request needs; made anew for each."""

    engine: Engine
    tagger: AttributeTagger
    senses: SenseVectors
    limits: LimitSettings
    gone: Gone = never

    async def labels(self, photo: bytes, photo_kind: str, labels: Sequence[str]) -> LabelsOut:
        """The labels, likeliest first.

        Raises:
            UnsupportedPhoto, UnreadablePhoto, PhotoTooLarge: the photo cannot be used.
            NotReady: this process is ending. Overloaded: too much is waiting already.
        """
        read = read_labels(labels)
        image, crops = await self._seen(photo, photo_kind)
        vectors = await self._vectors(read.distinct)
        found = await asyncio.to_thread(read.probabilities, image, vectors, self.engine.spec.temperature, crops)
        order = np.argsort(-found, kind="stable")
        return LabelsOut(
            labels=[LabelOut(label=read.labels[i], probability=round(float(found[i]), DIGITS)) for i in order]
        )

    async def attributes(self, photo: bytes, photo_kind: str, locale: Locale) -> AttributesOut:
        """What the taxonomy can say of the photo's (largest) garment. Raises as `labels`."""
        image, crops = await self._seen(photo, photo_kind)
        tags = await asyncio.to_thread(self.tagger.tag, image, crops=crops)
        return AttributesOut(attributes=[_attribute(tag, locale) for tag in tags])

    async def _seen(self, photo: bytes, photo_kind: str) -> tuple[Vector, tuple[RGB, ...]]:
        """The first garment's unit vector, as a recommendation would search with it, and the crop it shows best in."""
        try:
            picture = await asyncio.to_thread(decode, photo, self.limits, enough=ENOUGH)
        except AppError as error:
            raise type(error)(error.detail, fields=[FieldError("photo", error.detail)]) from error
        with said_plainly():
            query = await while_wanted(self.engine.encode_query([picture], None, photo_kind=photo_kind), self.gone)
        part = query.parts[0]
        if part.image is None:
            raise AssertionError("a photo always gives an image vector")
        return part.image, part.crops[:1]

    async def _vectors(self, senses: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], Vector]:
        with said_plainly():
            return await self.senses.of(senses)


def _attribute(tag: Tag, locale: Locale) -> TagOut:
    return TagOut(
        name=tag.name,
        value=tag.value,
        text=taxonomy().name_of(tag.name, tag.value, locale),
        confidence=round(tag.confidence, DIGITS),
    )
