"""The rows of a campaign's chunk, made by the database from its list of people: three statements, whatever its size.

Ids are UUIDv7 (RFC 9562): the instant of the release, then the number of the person's row, so that a chunk made twice
would be the same rows, and rows of one campaign lie together in every index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from config.floor import sql
from config.floor.unit import Unit
from notify.bound import Bound
from notify.ladder import LANE_CAMPAIGN

AGAIN = 90
"""The step of a delivery that an operator asked for when the campaign was over."""
_VARIANT = 1 << 63
Elders = Callable[[Bound], str]
"""SELECT of the ids of who chose 长辈版."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Part of a campaign's people: those after ``after`` up to ``upto``, by id. None = from the first, to the last."""

    campaign_id: UUID
    region: str
    category: str
    wording_id: UUID
    released: datetime
    after: UUID | None
    upto: UUID | None
    elder_wording_id: UUID | None = None

    @property
    def stamp(self) -> int:
        """The release in milliseconds, as UUIDv7 wants it."""
        return int(self.released.timestamp() * 1000)

    def within(self, first: int) -> tuple[str, list[UUID]]:
        """The condition on ``r.recipient`` and its values, whose placeholders begin at ``first``."""
        text = ""
        values: list[UUID] = []
        for sign, bound in ((">", self.after), ("<=", self.upto)):
            if bound is not None:
                text += f" AND r.recipient {sign} ${first + len(values)}"
                values.append(bound)
        return text, values


def row_id(stamp: int, row: int, step: int = 0) -> UUID:
    """The id that the statements below derive: step 0 is the message, others its deliveries."""
    return UUID(int=stamp << 80 | 7 << 76 | step << 64 | _VARIANT | row)


def hex_id(step: str, stamp: str = "$1", alias: str = "r") -> str:
    """32 hexadecimal digits of a row's id (``row_id``), over the alias of ``campaign_recipients``."""
    if sql.is_postgres():
        return (
            f"(lpad(to_hex({stamp}::bigint), 12, '0') || '7' || lpad(to_hex({step}), 3, '0') || "
            f"to_hex((-9223372036854775807 - 1) | {alias}.id))"
        )
    return f"printf('%012x7%03x%016x', {stamp}, {step}, (-9223372036854775807 - 1) | {alias}.id)"


def uuid_id(step: str, stamp: str = "$1", alias: str = "r") -> str:
    """The same as an id."""
    digits = hex_id(step, stamp, alias)
    if sql.is_postgres():
        return f"{digits}::uuid"
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return "(" + " || '-' || ".join(f"substr({digits}, {start}, {length})" for start, length in parts) + ")"


def _typed(text: str) -> str:
    """PostgreSQL wants to be told what a value in a SELECT list is."""
    return text if sql.is_postgres() else text.split("::")[0]


async def tell(unit: Unit, chunk: Chunk, elders: Elders | None = None) -> int:
    """The messages and their inbox rows; how many. ``elders``: who of them gets the chunk's elder wording."""
    text, bounds = chunk.within(9)
    which, more = "$6::uuid", list[object]()
    if chunk.elder_wording_id and elders is not None:
        bound = Bound([None] * (8 + len(bounds)))
        chosen = elders(bound)
        which = f"CASE WHEN r.recipient IN ({chosen}) THEN {bound.add(chunk.elder_wording_id)}::uuid ELSE $6::uuid END"
        more = bound.values[8 + len(bounds) :]
        which = which if sql.is_postgres() else which.replace("::uuid", "")
    empty = "''::bytea" if sql.is_postgres() else "x''"
    t = _typed
    made = await sql.execute(
        "INSERT INTO notify_messages (id, portal, region, recipient, event, template_version, category, dedupe_key, "
        "content, language, subject, lane, campaign_id, wording_id, created_at) "
        f"SELECT {uuid_id('0')}, r.portal, {t('$3::varchar')}, r.recipient, 'campaign', 1, {t('$4::varchar')}, "
        f"'campaign:' || {hex_id('0', '$1')}, {empty}, 'zh-CN', {t('$5::varchar')}, {LANE_CAMPAIGN}, r.campaign_id, "
        f"{which if more else t('$6::uuid')}, {t('$7::timestamptz')} FROM campaign_recipients r "
        f"WHERE r.campaign_id = $2 AND r.portal = $8{text} ON CONFLICT (portal, dedupe_key) DO NOTHING",
        chunk.stamp, chunk.campaign_id, chunk.region, chunk.category, str(chunk.campaign_id), chunk.wording_id,
        unit.now, unit.portal, *bounds, *more,
    )  # fmt: skip
    text, bounds = chunk.within(5)
    await sql.execute(
        "INSERT INTO notify_inbox (id, portal, region, recipient, at) "
        f"SELECT {uuid_id('0')}, r.portal, {t('$3::varchar')}, r.recipient, {t('$4::timestamptz')} "
        f"FROM campaign_recipients r WHERE r.campaign_id = $2{text} ON CONFLICT (id) DO NOTHING",
        chunk.stamp, chunk.campaign_id, chunk.region, unit.now, *bounds,
    )  # fmt: skip
    return made


async def plan_again(unit: Unit, chunk: Chunk, lifetime: timedelta, channel: str) -> int:
    """One more delivery by ``channel`` for whoever no active channel has reached; how many."""
    reached = (
        "EXISTS (SELECT 1 FROM notify_deliveries d WHERE d.message_id = "
        f"{uuid_id('0')} AND (d.channel = '{_word(channel)}' OR (d.channel <> 'inbox' "
        "AND d.state IN ('pending','submitting','in_doubt','sent','delivered','read'))))"
    )
    text, bounds = chunk.within(6)
    t = _typed
    return await sql.execute(
        "INSERT INTO notify_deliveries (id, message_id, portal, region, channel, step, lane, state, attempt, next_at, "
        "expires_at, client_msg_id, provider_ref, reason, campaign_id, updated_at) "
        f"SELECT {uuid_id(str(AGAIN + 1))}, {uuid_id('0')}, r.portal, {t('$3::varchar')}, '{_word(channel)}', {AGAIN}, "
        f"{LANE_CAMPAIGN}, 'pending', 0, "
        f"{t('$4::timestamptz')}, {t('$5::timestamptz')}, {hex_id('0', '$1')} || '-{_word(channel)}', '', '', "
        f"r.campaign_id, {t('$4::timestamptz')} FROM campaign_recipients r "
        f"WHERE r.campaign_id = $2{text} AND NOT {reached} ON CONFLICT (client_msg_id) DO NOTHING",
        chunk.stamp, chunk.campaign_id, chunk.region, unit.now, unit.now + lifetime, *bounds,
    )  # fmt: skip


async def people(chunk: Chunk) -> list[tuple[UUID, UUID]]:
    """(message, person) of a chunk whose words differ from person to person."""
    text, bounds = chunk.within(2)
    rows = await sql.rows(
        f"SELECT r.id, r.recipient FROM campaign_recipients r WHERE r.campaign_id = $1{text}",
        chunk.campaign_id, *bounds,
    )  # fmt: skip
    return [(row_id(chunk.stamp, int(row["id"])), sql.uid(row["recipient"])) for row in rows]


async def give_values(values: Sequence[tuple[UUID, bytes]]) -> None:
    """What stands in these messages for their own person, sealed."""
    if sql.is_postgres():
        await sql.execute(
            "UPDATE notify_messages m SET content = v.content "
            "FROM unnest($1::uuid[], $2::bytea[]) AS v(id, content) WHERE m.id = v.id",
            [one for one, _ in values], [content for _, content in values],
        )  # fmt: skip
    else:
        await sql.execute_many(
            "UPDATE notify_messages SET content = $1 WHERE id = $2", [(content, one) for one, content in values]
        )


def _word(text: str) -> str:
    if not text.replace("_", "").isalnum():
        raise ValueError("not a channel")
    return text
