"""What must not be open to a network: demo settings, well-known secrets, no keys at all. Said at the start."""

import ipaddress

from sqlalchemy import make_url

from app.auth.keys import KeyRepository
from app.db.session import Database
from app.errors import ConfigurationFault
from app.settings import Settings

DEMO_KEY = "demo"
"""The name of the key that every start of the demo prints."""

KNOWN_PASSWORDS = frozenset(
    {"tryon", "postgres", "password", "admin", "root", "secret", "changeme", "change-me", "test"}
)
LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain"})


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a service that listens there."""
    if host in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_settings(settings: Settings) -> None:
    """Raises ConfigurationFault for settings that must not be reached from elsewhere. Asks nobody."""
    if is_loopback(settings.host) or settings.auth.private_network:
        return
    if settings.auth.anonymous_shop:
        raise _fault(settings, "anybody could use the shop without a key; unset TRYON_AUTH__ANONYMOUS_SHOP")
    url = settings.database.url and make_url(settings.database.url)
    if url and url.host and (url.password or "") in KNOWN_PASSWORDS:
        raise _fault(settings, "the database's password is one that everybody knows; set another")


async def check_keys(settings: Settings, database: Database) -> None:
    """Raises ConfigurationFault where nobody could call, or anybody who saw the demo's output."""
    if is_loopback(settings.host) or settings.auth.private_network:
        return
    async with database.unit_of_work() as session:
        live = await KeyRepository(session).live()
    if not live:
        raise _fault(settings, "there is no key yet; make one with 'tryon keys create admin'")
    if any(row.name == DEMO_KEY and row.scope == "admin" for row in live):
        raise _fault(settings, "the demo's admin key still lives; see 'tryon keys list' and revoke it")


def _fault(settings: Settings, why: str) -> ConfigurationFault:
    return ConfigurationFault(
        f"Not started on {settings.host}, which others can reach: {why}. Or listen on 127.0.0.1, or say with "
        "TRYON_AUTH__PRIVATE_NETWORK=true that only a network of your own reaches it."
    )
