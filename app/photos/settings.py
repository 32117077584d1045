"""What an operator may set about the photos of requests."""

from pydantic import BaseModel, Field


class PhotoSettings(BaseModel):
    """Whether shoppers' photos are kept with their answers: never, unless `keep`; then for `keep_days`.

    What is kept has no metadata, `side` pixels at most, and every face that is found in it made unrecognisable. It
    needs the extra `photos`: without a detector of faces nothing is kept, and the start says so.
    """

    keep: bool = False
    keep_days: int = Field(default=30, ge=1)
    side: int = Field(default=1024, ge=128, le=4096)
