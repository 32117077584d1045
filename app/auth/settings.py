"""What an operator may set about keys, and what admins do with them."""

from pydantic import BaseModel, Field


class AuthSettings(BaseModel):
    """Who may call. Only the demo lets `shop` routes be anonymous.

    `private_network`: the address listened on is reached from a network of the operator's own alone (a container whose
    port is published on loopback): demo settings are then allowed on it. A process may go on taking a key for
    `key_cache_s` seconds after it was revoked; 0 asks the database at every request. When a key was last used is noted
    once in `last_used_s`. What admins did is kept for `audit_days`.
    """

    anonymous_shop: bool = False
    private_network: bool = False
    cors_origins: list[str] = []
    key_cache_s: float = Field(default=3.0, ge=0, le=60)
    last_used_s: float = Field(default=300.0, gt=0)
    audit_days: int = Field(default=365, ge=1)
