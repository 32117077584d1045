"""Whatever a feed calls an address: refused with a reason, or one plain target that means the same when read again."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from app.media.fetching.addressed import Target, redirected, target_of
from app.media.fetching.policy import Policy
from app.media.fetching.problems import FetchProblem

USUAL = Policy(frozenset({80, 443}))
SOURCE = target_of("https://shop.example/pictures/a.jpg", USUAL)
PIECES = st.sampled_from([
    "http", "https", "file", "://", ":", "/", "//", "@", "#", "?", "\\", "[", "]", "%", "%25", ".", "。", "..",
    "127.0.0.1", "::1", "::ffff:127.0.0.1", "localhost", "shop.example", "ü", "ß", "xn--", "0x7f", "80", "22", "\r\n",
    "\t", "\x00", " ", "٠", "\u200d", "\udcff", "é",
])  # fmt: skip
WILD = st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)
PLAIN_HOST = re.compile(r"[a-z0-9._:-]+")


def check(target: Target) -> None:
    """A target says the same of itself in every part, and reading it again changes nothing."""
    assert target.scheme in {"http", "https"}
    assert PLAIN_HOST.fullmatch(target.host)
    assert target.port in USUAL.ports
    assert target.text.isascii()
    assert target.text.isprintable()
    assert target.url.raw_path.isascii()
    assert not target.url.userinfo
    again = target_of(target.text, USUAL)
    assert (again.scheme, again.host, again.port) == (target.scheme, target.host, target.port)
    assert again.url.raw_path == target.url.raw_path


@given(WILD | st.builds("http://{}".format, WILD) | st.builds("https://{}/{}".format, WILD, WILD))
@example("http://shop.example\udcff/")
@example("http://shop.example/\udcff")
@example("http://[::1%25lo]/")
def test_any_text_is_refused_or_plain(text: str) -> None:
    try:
        target = target_of(text, USUAL)
    except FetchProblem as problem:
        assert problem.reason
        return
    check(target)


@given(WILD)
def test_any_location_is_refused_or_plain_and_stays_with_https(location: str) -> None:
    try:
        target = redirected(SOURCE, location, USUAL)
    except FetchProblem as problem:
        assert problem.reason
        return
    check(target)
    assert target.scheme == "https"
