"""https: the certificate is verified against the name, though the connection goes to a checked address."""

import asyncio
import ipaddress
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from app.media.fetching.results import Fetched, FetchFailed
from tests.app.media.fetching.conftest import MakeFetcher
from tests.app.media.fetching.misbehaving import Misbehaving, answers, picture

NAME = "pictures.example"
PICTURE = picture(7)
UNTRUSTED = "has no TLS that can be trusted: CERTIFICATE_VERIFY_FAILED"


@dataclass
class Secure:
    """A TLS server on loopback for NAME, and the names that clients said they wanted."""

    port: int
    wanted: list[str | None]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its self-signed certificate for NAME, in one file."""
    openssl = which("openssl")
    if openssl is None:
        pytest.skip("openssl's command is missing: no certificate to test with")
    folder = tmp_path_factory.mktemp("tls")
    made = [
        openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
        "-keyout", folder / "key.pem", "-out", folder / "certificate.pem",
    ]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "certificate.pem").read_bytes())
    return both


@pytest.fixture
async def secure(certificate: Path) -> AsyncIterator[Secure]:
    here = Misbehaving()
    here.on("/a.jpg", answers(200, PICTURE))
    here.on("/down.jpg", answers(302, Location=f"http://{NAME}/a.jpg"))
    wanted: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: wanted.append(name)
    server = await asyncio.start_server(here.serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield Secure(server.sockets[0].getsockname()[1], wanted)


async def at_home(host: str, port: int) -> Sequence[Any]:
    return [ipaddress.ip_address("127.0.0.1")]


async def ask(make: MakeFetcher, url: str, port: int) -> Fetched | FetchFailed:
    return (await make(resolve=at_home, allow_private=[f"127.0.0.1:{port}"]).fetch_many([url]))[url]


async def test_the_name_is_what_is_verified(
    secure: Secure, fetching: MakeFetcher, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    found = await ask(fetching, f"https://{NAME}:{secure.port}/a.jpg", secure.port)
    assert isinstance(found, Fetched), found
    assert found.data == PICTURE
    other = await ask(fetching, f"https://other.example:{secure.port}/a.jpg", secure.port)
    assert isinstance(other, FetchFailed)
    assert other.reason == UNTRUSTED
    assert secure.wanted == [NAME, "other.example"]


async def test_a_certificate_of_nobody_s_is_not_trusted(secure: Secure, fetching: MakeFetcher) -> None:
    found = await ask(fetching, f"https://{NAME}:{secure.port}/a.jpg", secure.port)
    assert isinstance(found, FetchFailed)
    assert found.reason == UNTRUSTED
    assert len(secure.wanted) == 1


async def test_a_redirect_down_to_http_is_refused(
    secure: Secure, fetching: MakeFetcher, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    found = await ask(fetching, f"https://{NAME}:{secure.port}/down.jpg", secure.port)
    assert found == FetchFailed(found.url, "redirects from https to http")


async def test_a_server_that_speaks_no_tls(fetching: MakeFetcher) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        found = await ask(fetching, f"https://127.0.0.1:{port}/a.jpg", port)
    assert isinstance(found, FetchFailed)
    assert found.reason.startswith("has no TLS that can be trusted")
