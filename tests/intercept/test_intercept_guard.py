"""Which hosts may be reached, and what a client names as one."""

import re
import string
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.intercept import Refused
from mockserver.intercept.guard import MOST, OTHERS, Guard, Way
from mockserver.intercept.target import Target
from mockserver.providers import PROVIDERS

HOSTS = [host for provider in PROVIDERS for host in provider.hosts]
OWN = 8765
PORTS = st.integers(1, 65535)
LABELS = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=70)
NAMES = st.lists(LABELS, min_size=1, max_size=5).map(".".join)


@pytest.fixture
def guard() -> Guard:
    return Guard(HOSTS, OWN)


@pytest.mark.parametrize(
    ("authority", "port", "target"),
    [
        ("Example.COM:443", None, Target(host="example.com", port=443)),
        ("example.com.:443", None, Target(host="example.com", port=443)),
        ("example.com", 80, Target(host="example.com", port=80)),
        ("example.com:8080", 80, Target(host="example.com", port=8080)),
        ("[::1]:443", None, Target(host="::1", port=443)),
        ("[2001:DB8::1]", 443, Target(host="2001:db8::1", port=443)),
        ("10.0.0.1:1", None, Target(host="10.0.0.1", port=1)),
    ],
)
def test_a_target_is_what_it_means(authority: str, port: int | None, target: Target) -> None:
    assert Target.of(authority, port=port) == target


@given(NAMES, PORTS)
def test_a_target_is_shown_as_it_can_be_read(name: str, port: int) -> None:
    target = Target(host=name, port=port)
    if len(str(target)) <= 255:
        assert Target.of(str(target)) == target


@given(st.text(max_size=300))
def test_any_text_is_a_target_or_is_not(text: str) -> None:
    try:
        target = Target.of(text, port=443)
    except ValueError:
        return
    assert re.fullmatch(r"[a-z0-9_.:-]+", target.host)
    assert 0 < target.port < 65536


@pytest.mark.parametrize("port", [80, 443])
@pytest.mark.parametrize("host", [host.replace("*", "ap-guangzhou") for host in HOSTS])
def test_the_hosts_of_the_providers_are_known(guard: Guard, host: str, port: int) -> None:
    assert guard.way(Target(host=host, port=port)) is Way.PROVIDER


@given(NAMES, PORTS)
def test_no_other_host_is(name: str, port: int) -> None:
    known = any(fnmatchcase(name, pattern) for pattern in HOSTS)
    guard = Guard(HOSTS, OWN)
    assert known or guard.way(Target(host=name, port=port)) in (Way.NOWHERE, Way.ITSELF)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9", "a.localhost"])
def test_the_server_itself_is_known_at_its_port(guard: Guard, host: str) -> None:
    assert guard.way(Target(host=host, port=OWN)) is Way.ITSELF
    assert guard.way(Target(host=host, port=OWN + 1)) is Way.NOWHERE


@pytest.mark.parametrize(
    ("host", "port", "said"),
    [
        ("example.com", 443, "nothing is reached but the hosts of the providers"),
        ("www.ailabapi.com", 8443, "at the ports 443 and 80, not 8443"),
        ("127.0.0.1", 5432, "NO_PROXY"),
    ],
)
def test_a_refusal_says_why(guard: Guard, host: str, port: int, said: str) -> None:
    assert said in guard.refuse(Target(host=host, port=port))


def test_refusals_are_counted_and_their_number_is_bounded(guard: Guard) -> None:
    for number in range(MOST + 10):
        guard.refuse(Target(host=f"host-{number}", port=443))
    guard.refuse(Target(host="host-0", port=443))
    assert len(guard.refused) == MOST + 1
    assert guard.refused[0] == Refused(host="host-0", port=443, count=2)
    assert guard.refused[-1] == Refused(host=OTHERS.host, port=0, count=10)
