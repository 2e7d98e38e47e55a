"""The record at size: a million entries sealed and verified, and what was changed among them found."""

from __future__ import annotations

import asyncio
import base64
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

from pydantic import SecretStr

from config.floor import sql
from config.floor.unit import Unit
from config.settings import Settings
from server.adapters.audit_heads import HeadFiles
from server.adapters.clock import DatabaseClock
from server.adapters.database import Database
from server.domain.audit.sealing import Seals
from server.domain.audit.seals import SealingKey
from tests.services.program import ROOT, clean_environment
from tests.soak.rotation import Runs, ended

ENTRIES = 1_000_000
GOAL_SECONDS, GOAL_MIB = 60.0, 300
_KEY = bytes(range(32))
_AT_ONCE = 50_000
_MADE = (
    "INSERT INTO audit_entries (id, portal, region, at, actor_kind, actor_id, actor_label, action, subject_kind,"
    " subject, resident_id, outcome, purpose, fields_seen, place, delegation_id) SELECT"
    " (lpad(to_hex((extract(epoch FROM $1::timestamptz) * 1000)::bigint + n / 10), 12, '0') || '7' ||"
    " substr(md5(random()::text), 1, 3) || '8' || substr(md5(n::text || random()::text), 1, 15))::uuid,"
    " 'demo', '511602000000', $1::timestamptz + n * interval '1 millisecond', 'staff', gen_random_uuid(),"
    " 'C' || n % 50, 'visit.look', 'visit', gen_random_uuid()::text, gen_random_uuid(), 'accepted', 'hall_queue',"
    " '[\"name_masked\"]'::jsonb, '3 号窗口', NULL FROM generate_series($2::int, $3::int) AS n"
)


async def _never() -> bool:
    return False


class _Nobody:
    def publish_soon(self, events: object) -> None:
        """Nobody listens."""


async def _recorded(database: Database, count: int) -> None:
    now = (await database.reading("")).now

    for begin in range(0, count, _AT_ONCE):

        async def add(unit: Unit, begin: int = begin) -> int:
            return await sql.execute(_MADE, now, begin, min(begin + _AT_ONCE, count) - 1)

        await database.unit_of_work("", add)


async def _sealed(database: Database, seals: Seals) -> int:
    done = 0
    while some := await database.unit_of_work("", seals.seal):
        done += some
    head = await seals.head()
    assert head is not None
    await seals.heads.keep(head)
    return done


async def _verified(settings: Settings) -> Runs:
    key = f"{'A' * 43}="
    given = {
        "profile": "test", "data_dir": str(settings.data_dir), "audit__heads_dir": str(settings.audit.heads_dir),
        "database_url": settings.database_url.get_secret_value(), "vault__refresh_seconds": "60",
        "secrets__audit_key": base64.b64encode(_KEY).decode(), "secrets__vault_keys": f'{{"k": "{key}"}}',
        "secrets__vault_current": "k", "secrets__index_key": key, "secrets__code_keys": f'{{"k": "{key}"}}',
        "secrets__code_current": "k",
    }  # fmt: skip
    runs, begun = Runs("verify-audit"), time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", "verify-audit", cwd=ROOT, env=clean_environment(given),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await ended(process, _never, runs)
    assert process.stdout is not None
    runs.said, runs.code = (await process.stdout.read()).decode(), await process.wait()
    runs.seconds = time.monotonic() - begun
    return runs


async def run(database_url: str, redis_url: str, size: float) -> bool:
    """Record, seal, verify, change five entries, verify again."""
    with tempfile.TemporaryDirectory(prefix="yima-record-") as made:
        heads = Path(made) / "heads"
        settings = Settings(profile="test", data_dir=Path(made), database_url=SecretStr(database_url))
        settings = settings.model_copy(update={"audit": settings.audit.model_copy(update={"heads_dir": heads})})
        clock = DatabaseClock()
        database = Database(database_url, clock=clock, publisher=_Nobody(), statement_seconds=60.0)
        await database.open()
        try:
            return await _measured(database, settings, Seals(SealingKey(_KEY), HeadFiles(heads)), round(ENTRIES * size))
        finally:
            await database.close()


async def _measured(database: Database, settings: Settings, seals: Seals, count: int) -> bool:
    await _recorded(database, count)
    begun = time.monotonic()
    sealed = await _sealed(database, seals)
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"sealed {sealed:,} entries in {seconds:.0f} s, {sealed / seconds:,.0f} a second, at most {peak:.0f} MiB",
        flush=True,
    )
    whole = await _verified(settings)
    goal = max(GOAL_SECONDS * count / ENTRIES, 10.0)
    told = re.search(r"; ([0-9.]+) s,", whole.said)  # its own seconds, without those of starting a process
    seconds = float(told[1]) if told else whole.seconds
    well = whole.code == 0 and sealed == count and seconds <= goal and whole.mib <= GOAL_MIB
    print(
        f"verified in {seconds:.0f} s (goal {goal:.0f}; {whole.seconds:.0f} s with its start), at most "
        f"{whole.mib:.0f} MiB (goal {GOAL_MIB}): {whole.said.strip().splitlines()[-1]}: "
        f"{'as it must be' if well else 'WRONG'}",
        flush=True,
    )
    await sql.execute(
        "UPDATE audit_entries SET outcome = 'refused' WHERE id IN (SELECT entry_id FROM audit_sealed WHERE position = 7"
        " ORDER BY seal LIMIT 5)"
    )
    again = await _verified(settings)
    found = again.said.count("an entry of this seal")
    print(f"5 entries changed in 5 seals: {found} seals named, exit code {again.code}", flush=True)
    return well and again.code == 1 and found == min(5, -(-count // seals.batch))
