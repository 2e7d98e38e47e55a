"""Production on a real PostgreSQL with two roles: it migrates, serves and works, and nothing of the demo is there."""

from __future__ import annotations

import asyncio
import base64
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from aiohttp import ClientSession

from tests.conftest import DATABASE_URL, REDIS_URL
from tests.services.process import free_port
from tests.services.program import ROOT, clean_environment

pytestmark = pytest.mark.skipif(not DATABASE_URL, reason="python -m tests.services -- pytest")
HOST = "yima.city.example"
PORTAL = f"""
id = "city"
name = "某市一码通办"
name_en = "Yima City"
hosts = ["{HOST}"]
region = "110100000000"
region_name = "某市"
"""
KEY = base64.b64encode(bytes(range(32))).decode()


@dataclass
class City:
    """A deployment: its environment, its port, and the superuser's way into its database."""

    environment: dict[str, str]
    port: int
    database: str

    async def run(self, *command: str) -> tuple[int, str]:
        process = await self.start(*command)
        out, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode is not None
        return process.returncode, out.decode()

    async def start(self, *command: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server", *command, cwd=ROOT, env=self.environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip


def _as(role: str, database: str) -> str:
    parts = urlsplit(DATABASE_URL)
    return urlunsplit(parts._replace(netloc=f"{role}@{parts.hostname}:{parts.port}", path=f"/{database}"))


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    tail = uuid4().hex[:8]
    owner, application, database = f"owner_{tail}", f"app_{tail}", f"city_{tail}"
    connection = await asyncpg.connect(DATABASE_URL)
    for role in (owner, application):
        await connection.execute(f"CREATE ROLE {role} LOGIN")
    await connection.execute(f"CREATE DATABASE {database} OWNER {owner}")
    portals = tmp_path / "portals"
    portals.mkdir()
    (portals / "city.toml").write_text(PORTAL, "utf-8")
    port = free_port()
    settings = {
        "profile": "production", "port": str(port), "data_dir": str(tmp_path / "data"), "portals_dir": str(portals),
        "database_url": _as(application, database), "migration_database_url": _as(owner, database),
        "redis_url": REDIS_URL, "identity__register_url": "http://127.0.0.1:9",
        "secrets__vault_keys": f'{{"k1": "{KEY}"}}', "secrets__vault_current": "k1", "secrets__index_key": KEY,
        "secrets__code_keys": f'{{"k1": "{KEY}"}}', "secrets__code_current": "k1",
        "secrets__metrics_token": "a metrics token of this test",
    }  # fmt: skip
    yield City(clean_environment(settings), port, database)
    await connection.execute(f"DROP DATABASE {database} WITH (FORCE)")
    for role in (owner, application):
        await connection.execute(f"DROP ROLE {role}")
    await connection.close()


async def test_unmigrated_it_says_what_to_do(city: City) -> None:
    code, said = await city.run("serve")
    assert code == 2 and "run python -m server migrate" in said, said
    assert "Traceback" not in said


async def test_it_migrates_serves_and_works_and_nothing_of_the_demo_is_there(city: City) -> None:
    answers = await asyncio.gather(city.run("migrate"), city.run("migrate"))  # two at once: one waits
    assert [code for code, _ in answers] == [0, 0], answers
    assert (await city.run("check"))[0] == 0
    serving, working = await city.start("serve"), await city.start("worker")
    try:
        await _look_around(city)
        taken, said = await city.run("serve")
        assert taken == 2 and f"port {city.port}" in said and "Traceback" not in said, said
    finally:
        for process in (serving, working):
            process.send_signal(signal.SIGTERM)
        told = [(await asyncio.wait_for(process.communicate(), 20))[0].decode() for process in (serving, working)]
    assert serving.returncode == working.returncode == 0, told
    assert not [text for text in told if "Traceback" in text or "request failed" in text], told
    await _nothing_unsent_is_called_delivered(city)
    await _application_cannot_change_the_record(city)


async def _nothing_unsent_is_called_delivered(city: City) -> None:
    connection = await asyncpg.connect(city.environment["YIMA_DATABASE_URL"])
    try:
        states = await connection.fetch("SELECT state FROM notify_deliveries WHERE channel = 'sms'")
        assert {row["state"] for row in states} <= {"pending", "failed"} and states
        assert await connection.fetchval("SELECT count(*) FROM notify_console_outbox") == 0
    finally:
        await connection.close()


async def _look_around(city: City) -> None:
    origin, ours = f"http://127.0.0.1:{city.port}", {"Host": HOST}
    async with ClientSession() as client:

        async def status(path: str, method: str = "GET", **headers: str) -> int:
            async with client.request(
                method, origin + path, headers={**ours, **headers}, allow_redirects=False
            ) as answer:
                await answer.read()
                return answer.status

        for _ in range(200):
            try:
                if await status("/readyz") == 200:
                    break
            except OSError:
                await asyncio.sleep(0.1)
        assert await status("/api/v1/items") == 200
        assert await status("/api/v1/items", Host="127.0.0.1") == 421  # the demo's host
        for path in ("/dev/outbox?to=15400000001", "/tour/cast", "/tour/events"):
            assert await status(path) == 404, path
        assert await status("/tour/api/v1/sign-in", "POST") == 404
        assert await status("/") == 302
        assert await status("/metrics") == 403
        assert await status("/metrics", Authorization="Bearer a metrics token of this test") == 200
        async with client.post(
            f"{origin}/console/api/v1/sessions", json={"staff_no": "H1", "password": "x"}, headers=ours
        ) as answer:
            assert (await answer.json())["code"] == "sign-in-wrong"
        async with client.post(f"{origin}/api/v1/otp", json={"phone": "13800000000"}, headers=ours) as answer:
            assert answer.status == 202, await answer.text()


async def _application_cannot_change_the_record(city: City) -> None:
    connection = await asyncpg.connect(city.environment["YIMA_DATABASE_URL"])
    try:
        for statement in ("DELETE FROM audit_entries", "UPDATE audit_entries SET place = ''", "DROP TABLE residents"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
