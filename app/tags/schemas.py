"""The wire of `POST /v1/tags`."""

from pydantic import BaseModel, Field


class LabelOut(BaseModel):
    """One of the labels given, and its share of them all."""

    label: str
    probability: float = Field(ge=0, le=1)


class LabelsOut(BaseModel):
    """The labels as they were given, likeliest first; their probabilities add up to 1."""

    labels: list[LabelOut]


class TagOut(BaseModel):
    """What the photo shows: `value` is an id of the taxonomy, as filters take it, `text` its name for people."""

    name: str
    value: str
    text: str
    confidence: float = Field(ge=0, le=1)


class AttributesOut(BaseModel):
    """One value a name; a name of which the photo says too little is left out."""

    attributes: list[TagOut]
