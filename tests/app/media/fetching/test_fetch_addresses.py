"""Which addresses may be reached: against what the standard library knows of each."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.fetching.addresses import PRIVATE, Standing, standing

V4 = st.ip_addresses(v=4).map(lambda a: IPv4Address(str(a)))
V6 = st.ip_addresses(v=6).map(lambda a: IPv6Address(str(a)))


def mapped(inner: IPv4Address) -> IPv6Address:
    return IPv6Address(f"::ffff:{inner}")


def nat64(inner: IPv4Address) -> IPv6Address:
    return IPv6Address(f"64:ff9b::{inner}")


def six_to_four(inner: IPv4Address) -> IPv6Address:
    return IPv6Address((0x2002 << 112) | (int(inner) << 80) | 1)


def teredo_client(inner: IPv4Address) -> IPv6Address:
    return IPv6Address((0x20010000 << 96) | (0x08080808 << 64) | (int(inner) ^ 0xFFFFFFFF))


@given(V4 | V6)
def test_only_what_the_standard_library_calls_global_is_public(address: IPv4Address | IPv6Address) -> None:
    if standing(address) is Standing.public:
        assert not (address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified)
        inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        assert (inner or address).is_global


@given(V4)
def test_a_global_v4_address_is_public_unless_it_is_a_cloud_s_or_multicast(address: IPv4Address) -> None:
    expected = address.is_global and not address.is_multicast
    assert (standing(address) is Standing.public) == (expected and standing(address) is not Standing.metadata)


@given(V4)
@pytest.mark.parametrize("wrap", [mapped, nat64])
def test_an_address_within_another_counts_as_itself(wrap, address: IPv4Address) -> None:
    assert standing(wrap(address)) is standing(address)


@given(V4)
@pytest.mark.parametrize("wrap", [six_to_four, teredo_client])
def test_a_tunnel_is_no_better_than_where_it_ends(wrap, address: IPv4Address) -> None:
    assert standing(wrap(address)).value >= standing(address).value


@given(st.sampled_from(PRIVATE).flatmap(lambda network: st.ip_addresses(network=str(network))))
def test_nothing_of_a_private_network_is_public(address) -> None:
    assert standing(ip_address(str(address))) is not Standing.public


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", Standing.public),
        ("2606:4700::1111", Standing.public),
        ("::ffff:8.8.8.8", Standing.public),
        ("64:ff9b::8.8.8.8", Standing.public),
        ("127.0.0.1", Standing.private),
        ("::1", Standing.private),
        ("::ffff:127.0.0.1", Standing.private),
        ("64:ff9b::10.0.0.1", Standing.private),
        ("10.0.0.1", Standing.private),
        ("100.64.0.1", Standing.private),
        ("fd00::1", Standing.private),
        ("0.0.0.0", Standing.forbidden),
        ("::", Standing.forbidden),
        ("::127.0.0.1", Standing.forbidden),
        ("169.254.1.1", Standing.forbidden),
        ("fe80::1%eth0", Standing.forbidden),
        ("fec0::1", Standing.forbidden),
        ("224.0.0.1", Standing.forbidden),
        ("ff0e::1", Standing.forbidden),
        ("255.255.255.255", Standing.forbidden),
        ("192.0.2.1", Standing.forbidden),
        ("2001:db8::1", Standing.forbidden),
        ("2001:0:7f00:1::", Standing.forbidden),
        ("64:ff9b:1::8.8.8.8", Standing.forbidden),
        ("2002:7f00:1::", Standing.private),
        ("2002:a9fe:a9fe::1", Standing.metadata),
        ("169.254.169.254", Standing.metadata),
        ("::ffff:169.254.169.254", Standing.metadata),
        ("64:ff9b::169.254.169.254", Standing.metadata),
        ("fd00:ec2::254", Standing.metadata),
        ("168.63.129.16", Standing.metadata),
    ],
)
def test_each_kind_of_address(address: str, expected: Standing) -> None:
    assert standing(ip_address(address)) is expected
