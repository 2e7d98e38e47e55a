"""A program that started lightly trusts nobody it should not, and everybody it should once it has looked."""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = Path(__file__).parents[1]
CALLS = """
import asyncio, sys
from server.light_imports import import_lightly, load_certificates
import_lightly()
import aiohttp

async def call():
    async with aiohttp.ClientSession() as session:
        try:
            async with session.get(sys.argv[1]) as answer:
                return str(answer.status)
        except aiohttp.ClientConnectorCertificateError:
            return "refused"

before = asyncio.run(call())
load_certificates()
print(before, asyncio.run(call()))
"""


def _certified(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


async def test_no_certificate_is_trusted_before_they_are_loaded(tmp_path: Path) -> None:
    public, private = _certified(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    async with await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        caller = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CALLS, f"https://127.0.0.1:{port}/",
            stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "SSL_CERT_FILE": str(public)},
        )  # fmt: skip
        said, _ = await caller.communicate()
    assert said.decode().split() == ["refused", "204"]


READS_MODELS = """
import inspect
from server.light_imports import import_lightly
import_lightly()
def source(read):
    raise SystemExit(f"the source of {read} was read")
inspect.getsource = source
from server.adapters.migrate import sealed_columns
print(len(sealed_columns()))
"""


def test_no_model_is_read_for_comments_that_it_does_not_have() -> None:
    said = subprocess.run([sys.executable, "-c", READS_MODELS], cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0 and int(said.stdout) > 0, said.stderr
    rooms = ("codes", "notify", "server")
    models = [path for room in rooms for path in (ROOT / room).rglob("*models.py")]
    assert len(models) > 10 and not [path for path in models if "#:" in path.read_text("utf-8")]


DOMAINS = """
import re, sys
compiled = re.compile
from server.light_imports import import_lightly
import_lightly()
from tortoise.validators import InvalidDomainName
from tortoise.validators import validate_domain_name as check

check("例子.测试")
try:
    check("-no-.-domain-")
except InvalidDomainName:
    print("refused", re.compile is compiled)
"""


def test_a_pattern_that_waited_is_compiled_when_it_is_asked() -> None:
    said = subprocess.run([sys.executable, "-c", DOMAINS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["refused", "True"]
