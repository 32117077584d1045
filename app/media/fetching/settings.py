"""What an operator may set about fetching pictures and feeds by their address."""

from typing import Annotated

from pydantic import BaseModel, Field, field_validator

from app.media.fetching.policy import Allowance


class FetchSettings(BaseModel):
    """How pictures and feeds are fetched by their address.

    `concurrency` requests run at once, at most `per_host` of them to one host. Times are seconds: `connect_s` covers
    name and handshake, `read_s` each silence, `total_s` one picture with its redirects and `download_s` one feed,
    without what is spent in a queue. What can pass by itself (no connection, 429, 5xx) is tried `attempts` times, with
    pauses that double from `backoff_s`; a server's own Retry-After is heeded up to `retry_after_s`. A host that did
    nothing but fail for `give_up_s` is left alone for as long again. What nobody asked for in `keep_days` is forgotten,
    and fetched anew when it is.

    `ports` besides which none is asked. Addresses that are not public are refused, except what `allow_private` names:
    hosts, addresses or networks, each with or without a port (`pictures.lan`, `10.1.0.0/16`, `10.1.2.3:8080`).
    """

    concurrency: int = Field(default=16, ge=1, le=256)
    per_host: int = Field(default=6, ge=1, le=64)
    connect_s: float = Field(default=5.0, gt=0)
    read_s: float = Field(default=10.0, gt=0)
    total_s: float = Field(default=20.0, gt=0)
    download_s: float = Field(default=3600.0, gt=0)
    max_bytes: int = Field(default=15_000_000, ge=1)
    max_redirects: int = Field(default=5, ge=0, le=20)
    attempts: int = Field(default=3, ge=1, le=10)
    backoff_s: float = Field(default=0.5, ge=0)
    retry_after_s: float = Field(default=30.0, ge=0)
    give_up_s: float = Field(default=60.0, gt=0)
    keep_days: int = Field(default=180, ge=1)
    user_agent: str = Field(default="tryon (catalogue import)", pattern=r"^[\x20-\x7e]+$")
    ports: list[Annotated[int, Field(ge=1, le=65535)]] = [80, 443]
    allow_private: list[str] = []

    @field_validator("allow_private")
    @classmethod
    def _readable(cls, places: list[str]) -> list[str]:
        for place in places:
            Allowance.parse(place)
        return places
