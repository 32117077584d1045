"""What an operator may set about who is let in, and how long strangers are waited for."""

from ipaddress import ip_network
from typing import Annotated

from limits import parse_many
from pydantic import AfterValidator, BaseModel, Field, field_validator, model_validator


def _rate(text: str) -> str:
    try:
        if text:
            parse_many(text)
    except ValueError:
        raise ValueError("must be rates such as '60/minute' or '60/minute;1000/hour', or empty for none") from None
    return text


Rate = Annotated[str, AfterValidator(_rate)]
"""As `limits` writes them: `60/minute`, `60/minute;1000/hour`; empty is no limit."""


class RateSettings(BaseModel):
    """How often one caller may ask, by what is asked for."""

    recommendations: Rate = ""
    tags: Rate = ""
    events: Rate = ""
    others: Rate = ""

    def by_group(self) -> dict[str, str]:
        """As `app.admission.groups.Group` names them; a new shopper is one of the others."""
        return {
            "recommendations": self.recommendations,
            "tags": self.tags,
            "events": self.events,
            "shoppers": self.others,
            "others": self.others,
        }


class AdmissionSettings(BaseModel):
    """Who is let in, and when it is too much.

    `storage` counts for all processes together where it is `redis://…` (its client is the extra `redis`); else each
    process counts for itself. `address`: rates of one address with a browser's key or none; a server's or an admin's
    key is not counted by address. `key`: rates of one key, whoever sends it. `bad_keys`: how often one address may send
    a key that is none.

    Recommendations, tags and looks are worked on `most` at once in a process, `least` even when they take longer than
    they may: `slowdown` times as long as one that is alone (0.1 seconds at the least, `target_s` at the most). Between
    the two it settles where they do not. `share` of them may be one address's; `receiving` bodies may be on their way
    at once, and `requests` of any kind open. What is beyond is refused with 503.
    """

    storage: str = Field(default="memory://", pattern=r"^(memory://$|(redis|rediss|redis\+unix|valkey|valkeys)://.+)")
    address: RateSettings = RateSettings(
        recommendations="1200/minute", tags="1200/minute", events="3000/minute", others="12000/minute"
    )
    key: RateSettings = RateSettings()
    bad_keys: Rate = "300/minute"
    most: int = Field(default=128, ge=1)
    least: int = Field(default=2, ge=1)
    target_s: float = Field(default=5.0, gt=0)
    slowdown: float = Field(default=2.0, ge=1)
    share: float = Field(default=0.5, gt=0, le=1)
    receiving: int = Field(default=256, ge=1)
    requests: int = Field(default=2_000, ge=1)

    @model_validator(mode="after")
    def _least_below_most(self) -> "AdmissionSettings":
        if self.least > self.most:
            raise ValueError("admission.least must not be more than admission.most")
        return self


class ServerSettings(BaseModel):
    """What is in front of the service, and how long it waits for a stranger.

    `trusted_proxies`: addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed. `hsts_s`: seconds
    for which browsers shall use nothing but TLS; set it where TLS is spoken in front of the service, 0 says nothing.
    The head of a request may have `header_bytes` and must come within `header_s`; an idle connection is kept for
    `keep_alive_s`. A process that is to end goes on refusing for `linger_s`, so that whoever sends requests here learns
    of it, and answers what it has taken for `drain_s` at the most.
    """

    trusted_proxies: list[str] = ["127.0.0.1", "::1"]
    hsts_s: int = Field(default=0, ge=0)
    header_bytes: int = Field(default=32_768, ge=1024)
    header_s: float = Field(default=10.0, gt=0)
    keep_alive_s: int = Field(default=5, ge=1)
    linger_s: float = Field(default=0.0, ge=0)
    drain_s: float = Field(default=20.0, ge=0)

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, proxies: list[str]) -> list[str]:
        for proxy in proxies:
            try:
                ip_network(proxy)
            except ValueError:
                reason = (
                    "is no address or network, such as 10.0.0.5 or 10.1.0.0/16; name the proxies, '*' trusts anyone"
                )
                raise ValueError(f"'{proxy}' {reason}") from None
        return proxies
