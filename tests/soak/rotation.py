"""Every key changed on a million residents, killed again and again, while people read and are looked for.

First the data keys go from the settings to wrapped rows and everything is sealed anew (``rotate-keys``), then the key
of search turns (``rotate-index``). Each command is killed with SIGKILL several times on its way and begun again. All
the time people are read and looked for by a process that learns new keys as every process does; nothing of it may fail.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import asyncpg
from pydantic import SecretStr

from config.floor import sql
from config.floor.ids import new_id
from config.settings import Secrets, Settings
from config.vault_settings import VaultSettings
from server.adapters.database import Database, postgres_access
from server.adapters.kek import write_kek
from server.adapters.keyring import KeyringVault
from server.key_commands import KEY_WORK
from server.vault_house import VaultHouse, opened_keys
from tests.services.program import ROOT, clean_environment

PEOPLE = 1_000_000
KILLS = 4
GOAL_PER_SECOND, GOAL_MIB = 2_000, 300
REFRESH = 5.0
_OLD, _INDEX, _CODE = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2, 3))
_COLUMNS = (
    "id", "portal", "region", "phone_sealed", "phone_index", "name_sealed", "id_number_sealed", "id_number_index",
    "id_kind", "birth_year", "loa", "language", "elder", "created_at",
)  # fmt: skip
_AT_ONCE = 20_000


@dataclass(slots=True)
class Reads:
    """What the readers met."""

    opened: int = 0
    found: int = 0
    failed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Runs:
    """One command with all its deaths: seconds that it worked, the most memory it took, what it said at last."""

    name: str
    seconds: float = 0.0
    working: float = 0.0
    """Of these, since its first changes were seen: starting a process is not what is measured."""
    kills: int = 0
    mib: float = 0.0
    code: int = -1
    said: str = ""


def _phone(number: int) -> str:
    return f"154{number:08d}"


def _settings(url: str, folder: Path) -> Settings:
    return Settings(
        profile="test",
        data_dir=folder / "data",
        database_url=SecretStr(url),
        secrets=Secrets.model_validate(
            {
                "vault_keys": {"old": _OLD}, "vault_current": "old", "index_key": _INDEX,
                "code_keys": {"c": _CODE}, "code_current": "c",
            }
        ),
        vault=VaultSettings(kek_file=folder / "kek", refresh_seconds=REFRESH),
    )  # fmt: skip


def _environment(settings: Settings) -> dict[str, str]:
    given = {
        "profile": "test", "data_dir": str(settings.data_dir), "fan_out": "false",
        "database_url": settings.database_url.get_secret_value(),
        "secrets__vault_keys": f'{{"old": "{_OLD}"}}', "secrets__vault_current": "old", "secrets__index_key": _INDEX,
        "secrets__code_keys": f'{{"c": "{_CODE}"}}', "secrets__code_current": "c",
        "vault__kek_file": str(settings.vault.kek_file), "vault__refresh_seconds": str(REFRESH),
    }  # fmt: skip
    return clean_environment(given)


async def _peopled(url: str, count: int) -> list[UUID]:
    """So many residents, proven, under the keys of the settings; their ids."""
    vault = KeyringVault({"old": base64.b64decode(_OLD)}, "old", base64.b64decode(_INDEX))
    connection = await asyncpg.connect(**postgres_access(url))
    ids: list[UUID] = []
    try:
        now = await connection.fetchval("SELECT clock_timestamp()")
        for begin in range(0, count, _AT_ONCE):
            rows = []
            for number in range(begin, min(begin + _AT_ONCE, count)):
                phone, identity = _phone(number), f"51160219{number:09d}X"
                ids.append(new_id())
                rows.append((
                    ids[-1], "demo", "511602000000", vault.seal(phone, "residents.phone"),
                    vault.index(phone, "residents.phone"), vault.seal(f"王{number}", "residents.name"),
                    vault.seal(identity, "residents.id_number"), vault.index(identity, "residents.id_number"),
                    "id_card", 1900, 3, "zh-CN", False, now,
                ))  # fmt: skip
            await connection.copy_records_to_table("residents", records=rows, columns=_COLUMNS)
        await connection.execute("VACUUM ANALYZE residents")
    finally:
        await connection.close()
    return ids


async def _reading(url: str, vault: KeyringVault, ids: list[UUID], reads: Reads, over: asyncio.Event) -> None:
    """Somebody's page, again and again: fifty people, all three values of each."""
    connection = await asyncpg.connect(**postgres_access(url))
    places = {f"{name}_sealed": f"residents.{name}" for name in ("phone", "name", "id_number")}
    try:
        while not over.is_set():
            wanted = random.sample(ids, min(50, len(ids)))
            for row in await connection.fetch(
                f"SELECT {', '.join(places)} FROM residents WHERE id = ANY($1::uuid[])", wanted
            ):
                for column, place in places.items():
                    try:
                        vault.open(row[column], place)
                        reads.opened += 1
                    except ValueError:
                        reads.failed.append(f"{place} does not open: {bytes(row[column][:24])!r}")
            await asyncio.sleep(0.02)
    finally:
        await connection.close()


async def _looking(vault: KeyringVault, ids: list[UUID], reads: Reads, over: asyncio.Event) -> None:
    """People coming in by their phone: each must be found, and be who she was."""
    while not over.is_set():
        number = random.randrange(len(ids))
        index = vault.search(_phone(number), "residents.phone")
        row = await sql.row(
            "SELECT id FROM residents WHERE portal = 'demo' AND (phone_index = $1 OR phone_index_next = $2)",
            index.here, index.beside,
        )  # fmt: skip
        if row is None or row["id"] != ids[number]:
            reads.failed.append(f"{_phone(number)} is not found")
        reads.found += 1
        await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def _readers(house: VaultHouse, url: str, ids: list[UUID]) -> AsyncIterator[Reads]:
    """``house`` learns new keys as every process does."""
    reads, over = Reads(), asyncio.Event()
    tasks = [
        asyncio.create_task(_reading(url, house.vault, ids, reads, over)),
        asyncio.create_task(_looking(house.vault, ids, reads, over)),
    ]
    try:
        yield reads
    finally:
        over.set()
        await asyncio.gather(*tasks)


async def ended(process: asyncio.subprocess.Process, enough: Callable[[], Awaitable[bool]], runs: Runs) -> bool:
    """Whether it ended by itself before it had done enough; its memory is looked at meanwhile."""
    while process.returncode is None:
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{process.pid}/status").read_text()
            peak = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)
            runs.mib = max(runs.mib, peak / 1024)
        if await enough():
            return False
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 0.2)
    return True


async def _changed_rows() -> int:
    """How many rows of the table were changed since it was made."""
    row = await sql.row("SELECT n_tup_upd AS n FROM pg_stat_user_tables WHERE relname = 'residents'")
    return int(row["n"]) if row else 0


async def killed_again_and_again(command: str, environment: Mapping[str, str], rows: int, kills: int) -> Runs:
    """Run ``python -m server command``, kill it whenever it has changed about that many rows more, then let it end."""
    runs = Runs(command)
    while True:
        begun, before, most = time.monotonic(), await _changed_rows(), rows * random.uniform(0.5, 1.0)
        first: list[float] = []

        async def enough(before: int = before, most: float = most, first: list[float] = first) -> bool:
            done = await _changed_rows() - before
            if done and not first:
                first.append(time.monotonic())
            return runs.kills < kills and done >= most

        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server", command, cwd=ROOT, env=dict(environment), stdout=asyncio.subprocess.PIPE
        )
        if through := await ended(process, enough, runs):
            runs.code = await process.wait()
        else:
            os.kill(process.pid, signal.SIGKILL)
            runs.kills += 1
        now = time.monotonic()
        runs.seconds, runs.working = runs.seconds + now - begun, runs.working + now - (first or [now])[0]
        assert process.stdout is not None
        said = (await process.stdout.read()).decode()
        await process.wait()
        if through:
            runs.said = said
            return runs


def _told(runs: Runs, values: int, reads: Reads) -> bool:
    rate = values / max(runs.working, 0.001)
    quick = rate >= GOAL_PER_SECOND or values < PEOPLE // 10  # starting a process is most of what a few rows cost
    well = runs.code == 0 and quick and runs.mib <= GOAL_MIB and not reads.failed
    verdict = "as it must be" if well else "WRONG"
    print(
        f"{runs.name}: {values:,} rows in {runs.seconds:.0f} s with {runs.kills} kills, {rate:,.0f} a second while it "
        f"works (goal {GOAL_PER_SECOND:,}), at most {runs.mib:.0f} MiB (goal {GOAL_MIB}); meanwhile {reads.opened:,} "
        f"values read and {reads.found:,} people looked for, {len(reads.failed)} failed: {verdict}",
        flush=True,
    )
    for line in (*runs.said.splitlines()[-12:], *sorted(set(reads.failed))[:5]):
        print(f"    {line}", flush=True)
    return well


async def _left(house: VaultHouse) -> int:
    """Values that a row's key has not sealed, and indexes that are not of one key of search alone."""
    header = house.vault.header("residents.phone")
    row = await sql.row(
        "SELECT count(*) AS n FROM residents WHERE substr(phone_sealed, 1, $1) <> $2"
        " OR substr(name_sealed, 1, $1) <> $2 OR substr(id_number_sealed, 1, $1) <> $2 OR phone_index_next IS NOT NULL",
        len(header), header,
    )  # fmt: skip
    return int(row["n"]) if row else -1


async def _changed(settings: Settings, house: VaultHouse, database: Database, ids: list[UUID], kills: int) -> bool:
    url, environment = settings.database_url.get_secret_value(), _environment(settings)
    stretch = len(ids) // (kills + 1)
    async with _readers(house, url, ids) as reads:
        for work in ("adopt", "new"):
            await KEY_WORK[work](house, database, "")
        runs = await killed_again_and_again("rotate-keys", environment, stretch, kills)
    well = _told(runs, len(ids), reads)
    async with _readers(house, url, ids) as reads:
        runs = await killed_again_and_again("rotate-index", environment, 3 * stretch, kills)
    well = _told(runs, len(ids), reads) and well
    await house.load()
    left = await _left(house)
    print(f"left under an old key: {left}", flush=True)
    return well and left == 0


async def run(database_url: str, redis_url: str, size: float, *, kills: int = KILLS) -> bool:
    """Both keys changed on ``size`` millions."""
    with tempfile.TemporaryDirectory(prefix="yima-rotation-") as made:
        folder = Path(made)
        await asyncio.to_thread(write_kek, folder / "kek", "kek-1")
        settings, begun = _settings(database_url, folder), time.monotonic()
        ids = await _peopled(database_url, round(PEOPLE * size))
        print(f"{len(ids):,} residents made in {time.monotonic() - begun:.0f} s", flush=True)
        async with opened_keys(settings) as (house, database):
            await house.load()
            house.start()
            try:
                return await _changed(settings, house, database, ids, kills)
            finally:
                await house.stop()
