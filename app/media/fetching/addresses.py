"""Which IP addresses a stranger's feed may have us connect to.

By IANA's special-purpose registries (RFC 6890 and its successors), as far as the standard library knows them, and
stricter where it is lenient: an IPv6 address that carries an IPv4 one is what it carries.
"""

from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Standing(Enum):
    """What may be done with an address. The higher, the worse."""

    public = 0
    private = 1
    """Someone's own network: only where the operator allows it."""
    forbidden = 2
    """Never: link-local, multicast, unspecified, reserved."""
    metadata = 3
    """Never: hands credentials of the machine to whoever asks from it."""


PRIVATE = tuple(
    ip_network(text)
    for text in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
        "100.64.0.0/10",  # between a provider and its customers, RFC 6598
        "::1/128", "fc00::/7",
    )
)  # fmt: skip
METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254", "fd00:ec2::254",  # most clouds; AWS
        "169.254.170.2", "169.254.170.23", "fd00:ec2::23",  # AWS: containers, pods
        "100.100.100.200",  # Alibaba
        "192.0.0.192",  # Oracle
        "168.63.129.16",  # Azure's host, at an address that looks public
    )
)  # fmt: skip
GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that IANA hands out of IPv6."""

NAT64 = IPv6Network("64:ff9b::/96")
COMPATIBLE = IPv6Network("::/96")
"""Of which `::` and `::1` mean something else."""


def standing(address: Address) -> Standing:
    """The worst standing of an address and of those that it carries."""
    return max((_alone(place) for place in reached_by(address)), key=lambda found: found.value)


def reached_by(address: Address) -> tuple[Address, ...]:
    """Where packets to an address may end: itself, unless a gateway unwraps the IPv4 address within it.

    IPv4-mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056), Teredo (RFC 4380: server and client), and the
    IPv4-compatible form of old.
    """
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address in NAT64:
        return (_last_four(address),)
    compatible = (_last_four(address),) if address in COMPATIBLE and int(address) > 1 else ()
    return (address, *compatible, *filter(None, (address.sixtofour,)), *(address.teredo or ()))


def _last_four(address: IPv6Address) -> IPv4Address:
    return IPv4Address(address.packed[-4:])


def _alone(address: Address) -> Standing:
    if address in METADATA:
        return Standing.metadata
    if any(address in network for network in PRIVATE):
        return Standing.private
    unicast = isinstance(address, IPv4Address) or address in GLOBAL_UNICAST
    if unicast and address.is_global and not address.is_multicast:
        return Standing.public
    return Standing.forbidden
