"""What providers say afterwards, applied a body at a time, beside the bare statements; part of ``make bench``.

``python -m tests.services --durable -- python -m tests.bench.receipts``; YIMA_BENCH_DRAIN (20,000) sets the size.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import UTC, datetime
from functools import partial
from typing import Any

from config.floor.ids import new_id
from notify import campaign_ladders
from notify.receipts import Receipts, Said
from server.adapters.database import Database
from tests.bench.notices import BATCH, DRAIN, ROUNDS, SEALED, fresh, line, measured, ready
from tests.push.sender import VAULT
from tests.services.databases import PostgresDatabases


async def _sent(database: Database, bare: Any) -> list[list[str]]:
    """A campaign that a provider has taken; our ids, a body of receipts each."""
    await ready(database, bare)
    await bare.execute("UPDATE notify_deliveries SET state = 'sent', provider = 'one', updated_at = now()")
    await bare.execute("VACUUM ANALYZE notify_deliveries")
    ids = [row["client_msg_id"] for row in await bare.fetch("SELECT client_msg_id FROM notify_deliveries ORDER BY id")]
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]


def _outcome(number: int) -> Any:
    return "failed" if number % 10 == 0 else "delivered"


async def _bare_receipts(bare: Any, body: list[str]) -> None:
    """The statements and the commit of one body, by hand."""
    now, count = datetime.now(UTC), len(body)
    outcomes = [_outcome(number) for number in range(count)]
    async with bare.transaction():
        kept = await bare.fetch(
            "INSERT INTO notify_receipts (id, provider, receipt_id, client_msg_id, provider_ref, outcome, reason, "
            "payload, received_at) SELECT v.*, $1 FROM unnest($2::uuid[], $3::varchar[], $4::varchar[], "
            "$5::varchar[], $6::varchar[], $7::varchar[], $8::varchar[], $9::bytea[]) AS v "
            "ON CONFLICT (provider, receipt_id) DO NOTHING RETURNING id",
            now, [new_id() for _ in body], ["one"] * count, body, body, [""] * count, outcomes, [""] * count,
            [SEALED] * count,
        )  # fmt: skip
        held = await bare.fetch(
            "SELECT id, campaign_id FROM notify_deliveries WHERE client_msg_id = ANY($1::varchar[]) "
            "ORDER BY id FOR UPDATE",
            body,
        )
        await bare.execute(
            "UPDATE notify_deliveries d SET state = v.state, lease_id = NULL, lease_until = NULL, updated_at = $1 "
            "FROM unnest($2::uuid[], $3::varchar[]) AS v(id, state) WHERE d.id = v.id",
            now, [row["id"] for row in held], outcomes,
        )  # fmt: skip
        await bare.execute(
            "UPDATE campaigns SET reached = reached - $1, failed = failed + $1, updated_at = $2 WHERE id = $3",
            outcomes.count("failed"), now, held[0]["campaign_id"],
        )  # fmt: skip
        await bare.execute(
            "UPDATE notify_receipts SET applied_at = $1, note = 'applied' WHERE id = ANY($2::uuid[])",
            now, [row["id"] for row in kept],
        )  # fmt: skip


async def _receipts(databases: PostgresDatabases) -> None:
    """What a provider says afterwards, a hundred receipts a body, one of ten a failure."""
    floors, ours = [], []
    for _ in range(ROUNDS):
        async with fresh(databases) as (database, bare):
            bodies = await _sent(database, bare)
            began = time.monotonic()
            for body in bodies:
                await _bare_receipts(bare, body)
            floors.append(DRAIN / (time.monotonic() - began))
        async with fresh(databases) as (database, bare):
            bodies, door = await _sent(database, bare), Receipts(VAULT, campaign_ladders.ended)
            began = time.monotonic()
            for body in bodies:
                said = [Said(one, _outcome(number), one) for number, one in enumerate(body)]
                await database.unit_of_work("", partial(door.take, provider="one", said=said))
            ours.append(DRAIN / (time.monotonic() - began))
    line("receipts applied, a second", statistics.median(floors), statistics.median(ours))


if __name__ == "__main__":
    sys.exit(measured("receipts", _receipts))
