"""The command line: what somebody types at 3 a.m.; as processes of their own where a process is what is promised."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession

from server.__main__ import main

ROOT = Path(__file__).parents[1]
FILE = ROOT / "config" / "sample" / "service_items_511602.csv"
Said = tuple[int, str, str]
Command = Callable[..., Awaitable[Said]]


async def _run(folder: Path, *arguments: str, **settings: str) -> Said:
    process = await _start(folder, *arguments, **settings)
    out, err = await asyncio.wait_for(process.communicate(), 300)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def _start(folder: Path, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
    given = {"YIMA_DATA_DIR": str(folder), "YIMA_PORT": "0", **settings}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", *arguments, cwd=ROOT, env={**os.environ, **given},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """``await command("hire", …, word="…")``: the program's own ``main`` with these words, in a thread of this process,
    because a process of its own starts for longer than it works; its exit code and what it said and complained."""

    async def run(*arguments: str, word: str = "", **settings: str) -> Said:
        for name, value in {"YIMA_DATA_DIR": str(tmp_path), "YIMA_PORT": "0", **settings}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{word}\n"))
        capsys.readouterr()
        code = await asyncio.to_thread(main, list(arguments))
        return code, *capsys.readouterr()

    return run


async def test_an_empty_database_is_migrated_and_a_second_time_changes_nothing(command: Command) -> None:
    for _ in range(2):
        code, out, err = await command("migrate", YIMA_PROFILE="test")
        assert code == 0 and "complete" in out, err


async def test_check_and_import_twice(tmp_path: Path, database_url: str, command: Command) -> None:
    profile = {"YIMA_PROFILE": "test", "YIMA_DATABASE_URL": database_url}
    code, out, err = await _run(tmp_path, "check", **profile)
    assert code == 0 and "well" in out, err
    first = await command("import-items", str(FILE), **profile)
    second = await command("import-items", str(FILE), **profile)
    assert first[0] == second[0] == 0, first[2]
    assert "1135" in first[1]


async def test_the_record_is_verified_with_the_key_that_was_made(database_url: str, command: Command) -> None:
    profile = {"YIMA_PROFILE": "test", "YIMA_DATABASE_URL": database_url}
    code, key, _ = await command("make-audit-key", **profile)
    assert code == 0 and key.startswith("YIMA_SECRETS__AUDIT_KEY=") and "# public: " in key
    code, out, err = await command("verify-audit", **profile)
    assert (code, err) == (0, "") and "as it was sealed" in out


async def test_every_setting_is_printed(command: Command) -> None:
    code, out, _ = await command("settings")
    assert code == 0 and "YIMA_DATABASE_URL" in out


async def test_an_employee_is_hired_once(database_url: str, command: Command) -> None:
    profile = {"YIMA_PROFILE": "test", "YIMA_DATABASE_URL": database_url}
    hire = ["hire", "C9", "张敏", "--department", "区行政审批局", "--role", "clerk", "--hall", "一楼", "--counter", "9"]
    refused = await command(*hire, word="short", **profile)
    assert refused[0] == 2 and "10" in refused[2]
    code, out, err = await command(*hire, word="a long enough password", **profile)
    assert code == 0 and "C9" in out, err
    code, _, err = await command(*hire, word="a long enough password", **profile)
    assert code == 2 and "C9 is an employee of this portal already" in err, err


async def test_only_the_demo_is_seeded(command: Command) -> None:
    code, _, err = await command("seed", YIMA_PROFILE="test")
    assert code == 2 and "demo" in err


async def test_serve_seeds_an_empty_demo_prints_its_doors_and_stops_when_told(tmp_path: Path) -> None:
    """Started by an empty folder it makes the city, started again it finds it; Ctrl-C and a service's stop end it."""
    assert "made" in await _served_until(tmp_path, signal.SIGINT)
    assert "made" not in await _served_until(tmp_path, signal.SIGTERM)
    assert oct((tmp_path / "secrets.json").stat().st_mode)[-3:] == "600"


async def _served_until(folder: Path, number: signal.Signals) -> str:
    """Serve, look whether it is ready, tell it to end; what it printed until its doors."""
    process = await _start(folder, "serve")
    assert process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(90):
        while not any("Ctrl-C" in line for line in lines):
            line = (await process.stdout.readline()).decode()
            assert line, "".join(lines)
            lines.append(line)
    origin = next(line.split()[1] for line in lines if line.strip().startswith("tour")).rstrip("/")
    async with ClientSession() as client:
        async with client.get(f"{origin}/readyz") as answer:
            assert answer.status == 200 and (await answer.json())["ready"]
        async with client.get(f"{origin}/tour/events") as stream:  # an open stream must not hold the end up
            assert stream.status == 200
            process.send_signal(number)
            async with asyncio.timeout(15):
                assert await process.wait() == 0
    return "".join(lines)


async def test_a_root_is_made_and_a_compromised_key_is_removed(database_url: str, command: Command) -> None:
    profile = {"YIMA_PROFILE": "test", "YIMA_DATABASE_URL": database_url}
    code, root, _ = await command("make-root", **profile)
    assert code == 0 and root.startswith("YIMA_SECRETS__CREDENTIAL_ROOT=")
    code, none, err = await command("signing-keys", **profile)
    assert (code, none) == (0, ""), err
    code, _, err = await command("signing-keys", "--remove", "0011223344556677", **profile)
    assert code == 2 and "no such key" in err
