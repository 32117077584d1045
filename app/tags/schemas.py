"""The wire of `POST /v1/tags`."""

from pydantic import BaseModel, ConfigDict, Field


class LabelOut(BaseModel):
    """One of the labels given, and its share of them all."""

    label: str
    probability: float = Field(ge=0, le=1)


class LabelsOut(BaseModel):
    """The labels as they were given, likeliest first; their probabilities add up to 1."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "labels": [
                        {"label": "dress", "probability": 0.91},
                        {"label": "半身裙", "probability": 0.07},
                        {"label": "shoes", "probability": 0.02},
                    ]
                }
            ]
        }
    )

    labels: list[LabelOut]


class AttributeOut(BaseModel):
    """What the photo shows: `value` is an id of the taxonomy, as filters take it, `text` its name for people."""

    name: str
    value: str
    text: str
    confidence: float = Field(ge=0, le=1)


class AttributesOut(BaseModel):
    """One value a name; a name of which the photo says too little is left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "attributes": [
                        {"name": "kind", "value": "dress", "text": "dress", "confidence": 0.93},
                        {"name": "colour", "value": "red", "text": "red", "confidence": 0.81},
                        {"name": "gender", "value": "women", "text": "women", "confidence": 0.97},
                    ]
                }
            ]
        }
    )

    attributes: list[AttributeOut]
