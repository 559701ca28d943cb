"""
Which internet addresses a URL that somebody typed may lead to: public ones, decided by an explicit table.

`ipaddress.is_global` and `is_private` of Python 3.11 each let several special ranges through (carrier-grade NAT, 6to4,
translated and site-local addresses), and their answers change between releases; this table does not.
"""

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# IANA special-purpose registries of IPv4, and the one public address that is a cloud's own control plane.
_REFUSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; some clouds keep their metadata service here
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host agent
        "169.254.0.0/16",  # link-local, metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved and broadcast
    )
)
# Only 2000::/3 is handed out as public IPv6. Loopback, mapped, translated (64:ff9b::/96), unique-local, link-local,
# site-local and multicast addresses all lie outside it; inside it these ranges are special or carry an IPv4 address.
_PUBLIC_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, with Teredo and ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_NUMBER_LABEL = re.compile(r"(?:0x[0-9a-f]*|\d+)\Z", re.IGNORECASE)


def is_public(address: str) -> bool:
    """Whether a numeric address, as a resolver returns it, is an ordinary public host."""
    if "%" in address:
        return False
    try:
        number = ip_address(address)
    except ValueError:
        return False
    if isinstance(number, IPv4Address):
        return not _lies_in(number, _REFUSED_V4)
    return number in _PUBLIC_V6 and not any(number in network for network in _REFUSED_V6)


def is_disguised_address(host: str) -> bool:
    """
    Whether a host name is an IPv4 address in another spelling: 2130706433, 0x7f.1, 0177.0.0.1, 127.1.

    The last label decides, as in the WHATWG URL standard; a plain dotted address is not a disguise.
    """
    last_label = host.rstrip(".").rpartition(".")[2]
    if not _NUMBER_LABEL.match(last_label):
        return False
    try:
        IPv4Address(host)
    except AddressValueError:
        return True
    return False


def is_literal(host: str) -> bool:
    """Whether a host is itself a numeric address (an IPv6 one without brackets)."""
    try:
        return isinstance(ip_address(host), IPv4Address | IPv6Address)
    except ValueError:
        return False


def _lies_in(number: IPv4Address, networks: Iterable[IPv4Network]) -> bool:
    return any(number in network for network in networks)
