"""What the operator lets feeds reach: ports, and exceptions for a shop's own network."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from app.media.fetching.addresses import Address, Network, Standing, standing

HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Allowance:
    """One exception: a host by name or a network; on any of the usual ports, or on `port` alone."""

    host: str = ""
    network: Network | None = None
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """`pictures.lan`, `10.1.0.0/16`, `10.1.2.3:8080`, `[fd00::1]:8080`.

        Raises:
            ValueError: it is none of these.
        """
        place, port = _split(text.strip().casefold())
        try:
            return cls(network=ipaddress.ip_network(place), port=port)
        except ValueError:
            if not place or set("/: @?#[]") & set(place):
                raise ValueError(f"'{text}' is no host, address or network, with or without a port") from None
            return cls(host=place.rstrip("."), port=port)

    def covers(self, host: str, port: int, address: Address) -> bool:
        """Whether a connection made for `host` to `address` is meant."""
        if self.port is not None and self.port != port:
            return False
        return host == self.host if self.network is None else address in self.network


def _split(text: str) -> tuple[str, int | None]:
    """A place and the port behind it. An IPv6 address has its port behind brackets."""
    place, colon, port = text.rpartition(":")
    bare = ":" not in place or (place.startswith("[") and place.endswith("]"))
    if colon and bare and port.isdecimal() and 0 < int(port) <= HIGHEST_PORT:
        return place.strip("[]"), int(port)
    return (text[1:-1] if text.startswith("[") and text.endswith("]") else text), None


@dataclass(frozen=True, slots=True)
class Policy:
    """Decides about every connection, by the address that it is really made to."""

    ports: frozenset[int]
    allowances: tuple[Allowance, ...] = ()

    @classmethod
    def of(cls, ports: Iterable[int], allow_private: Sequence[str]) -> Self:
        """Raises ValueError when an exception cannot be read."""
        return cls(frozenset(ports), tuple(Allowance.parse(text) for text in allow_private))

    def closed_port(self, port: int) -> str | None:
        """Why nothing may be asked on `port`, whatever the host; None where something may."""
        if port in self.ports or any(allowance.port == port for allowance in self.allowances):
            return None
        usual = ", ".join(str(open_) for open_ in sorted(self.ports))
        return f"asks for port {port}; only {usual} are fetched from"

    def refusal(self, host: str, port: int, address: Address) -> str | None:
        """Why no connection for `host` may be made to `address`; None where it may. Exceptions are for private
        networks: no exception lets anyone ask a metadata address.
        """
        meant = [allowance for allowance in self.allowances if allowance.covers(host, port, address)]
        match standing(address):
            case Standing.metadata:
                return f"is a cloud's metadata address ({address})"
            case Standing.forbidden:
                return f"is at no public address ({address})"
            case Standing.private if not meant:
                return f"is on a private network ({address})"
            case _:
                named = any(allowance.port == port for allowance in meant)
                return None if port in self.ports or named else f"asks for port {port} of another host"
