"""Which browsers of a resident take Web Push. A browser belongs to whoever signed in on it last."""

from __future__ import annotations

import json
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify.web_push import Subscription, padless, unpadded

PLACE = "notify_push_subscriptions.subscription"
MOST = 8


async def subscribe(unit: Unit, vault: Vault, resident_id: UUID, found: Subscription) -> UUID:
    """Keep a browser; the same again is the same row. Of more than eight the oldest goes."""
    kept = {"e": found.endpoint, "k": padless(found.p256dh), "a": padless(found.auth)}
    index = vault.search(found.endpoint, PLACE)
    if index.beside is not None:  # the key of search is being changed: a row that has it only there is brought along
        await sql.execute(
            "UPDATE notify_push_subscriptions SET endpoint_index = $1, endpoint_index_next = $2 WHERE portal = $3"
            " AND endpoint_index_next = $2 AND endpoint_index <> $1",
            index.here, index.beside, unit.portal,
        )  # fmt: skip
    row = await sql.row(
        "INSERT INTO notify_push_subscriptions"
        " (id, portal, resident_id, subscription, endpoint_index, endpoint_index_next, created_at)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT (portal, endpoint_index) DO UPDATE SET"
        " resident_id = EXCLUDED.resident_id, subscription = EXCLUDED.subscription, created_at = EXCLUDED.created_at,"
        " endpoint_index_next = EXCLUDED.endpoint_index_next RETURNING id",
        new_id(), unit.portal, resident_id, vault.seal(json.dumps(kept), PLACE), index.here, index.beside, unit.now,
    )  # fmt: skip
    assert row is not None
    await sql.execute(
        "DELETE FROM notify_push_subscriptions WHERE resident_id = $1 AND id NOT IN (SELECT id FROM "
        f"notify_push_subscriptions WHERE resident_id = $1 ORDER BY created_at DESC, id DESC LIMIT {MOST})",
        resident_id,
    )
    return sql.uid(row["id"])


async def unsubscribe(unit: Unit, resident_id: UUID, subscription_id: UUID) -> bool:
    """Forget a browser of this resident; False if it was not known."""
    gone = await sql.execute(
        "DELETE FROM notify_push_subscriptions WHERE portal = $1 AND resident_id = $2 AND id = $3",
        unit.portal, resident_id, subscription_id,
    )  # fmt: skip
    return gone == 1


async def any_of(unit: Unit, resident_id: UUID) -> bool:
    """Whether any browser of this resident takes a push."""
    row = await sql.row(
        "SELECT id FROM notify_push_subscriptions WHERE portal = $1 AND resident_id = $2 LIMIT 1",
        unit.portal,
        resident_id,
    )
    return row is not None


async def of(vault: Vault, portal: str, resident_id: UUID) -> list[tuple[UUID, Subscription]]:
    """Where to push; one that cannot be opened any more is left out."""
    rows = await sql.rows(
        "SELECT id, subscription FROM notify_push_subscriptions WHERE portal = $1 AND resident_id = $2 "
        "ORDER BY created_at DESC, id DESC",
        portal, resident_id,
    )  # fmt: skip
    found: list[tuple[UUID, Subscription]] = []
    for row in rows:
        try:
            kept = json.loads(vault.open(bytes(row["subscription"]), PLACE))
        except ValueError:
            continue
        found.append((sql.uid(row["id"]), Subscription(kept["e"], unpadded(kept["k"]), unpadded(kept["a"]))))
    return found


async def forget(unit: Unit, resident_id: UUID) -> int:
    """Forget every browser of a resident: one of them may be in somebody else's hands."""
    return await sql.execute(
        "DELETE FROM notify_push_subscriptions WHERE portal = $1 AND resident_id = $2", unit.portal, resident_id
    )


async def drop(ids: list[UUID]) -> None:
    """The push services say that these are gone (404, 410)."""
    for one in ids:
        await sql.execute("DELETE FROM notify_push_subscriptions WHERE id = $1", one)
