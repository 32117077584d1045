"""Whom a request's address stands for."""

import ipaddress

from starlette.types import Scope

IPV6_HOUSEHOLD = 64
"""Bits of an IPv6 address that one connection has: the others are its own to change."""


def address_of(scope: Scope) -> str:
    """Whom a request's sender stands for: a `household`."""
    client = scope.get("client")
    return household(client[0] if client else None)


def household(address: str | None) -> str:
    """Whom an address stands for: itself, of IPv6 the network that one connection has; `unknown` for none."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, IPV6_HOUSEHOLD), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)
