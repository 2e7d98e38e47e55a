"""What a resident wants to be told, and how. Statutory notices cannot be switched off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from uuid import UUID

from config.floor import sets, sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from notify.ladder import DEFAULTS, WAYS, Choice
from notify.steps import Quiet

_COLUMNS = ", ".join(WAYS)
_RECENT = 200
"""Notices to many that are looked through for who sent them."""
CATEGORIES = ("service", "information")


class Preferences:
    """Choices per category; where a resident made none, the defaults hold."""

    async def choice(self, unit: Unit, resident_id: UUID, category: str) -> Choice:
        """One resident's choice for one category."""
        return (await self.choices(unit, [resident_id], category)).get(resident_id, DEFAULTS[category])

    async def choices(self, unit: Unit, ids: Sequence[UUID], category: str) -> dict[UUID, Choice]:
        """The choices made by some of these people: one query. Who is not in the answer has the default."""
        rows = await sql.rows(
            f"SELECT resident_id, {_COLUMNS} FROM notify_preferences WHERE portal = $1 AND category = $2 "
            f"AND {sets.among('resident_id', 3)}",
            unit.portal,
            category,
            sets.listed(ids),
        )
        return {sql.uid(r["resident_id"]): _made(r, category) for r in rows}

    async def of(self, unit: Unit, resident_id: UUID) -> dict[str, Choice]:
        """Both categories of one resident: one query."""
        rows = await sql.rows(
            f"SELECT category, {_COLUMNS} FROM notify_preferences WHERE portal = $1 AND resident_id = $2",
            unit.portal,
            resident_id,
        )
        made = {r["category"]: _made(r, r["category"]) for r in rows}
        return {**DEFAULTS, **made}

    async def end(self, unit: Unit, resident_id: UUID, region: str, channel: str, categories: Sequence[str]) -> None:
        """No more of these categories by this channel; every other choice stays."""
        made = await self.of(unit, resident_id)
        known = {field.name for field in fields(Choice)}
        if channel in known:
            ended = {name: replace(made[name], **{channel: False}) for name in categories if name in made}
            await self.choose(unit, resident_id, region, ended)

    async def choose(self, unit: Unit, resident_id: UUID, region: str, choices: dict[str, Choice]) -> None:
        """Keep these choices; categories not named stay as they are."""
        for category, choice in sorted(choices.items()):
            changed = ", ".join(f"{way} = EXCLUDED.{way}" for way in WAYS)
            await sql.execute(
                f"INSERT INTO notify_preferences (id, portal, region, resident_id, category, updated_at, {_COLUMNS}) "
                "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13) ON CONFLICT (portal, resident_id, category) "
                f"DO UPDATE SET {changed}, updated_at = EXCLUDED.updated_at",
                new_id(), unit.portal, region, resident_id, category, unit.now, *(choice.wants(way) for way in WAYS),
            )  # fmt: skip

    async def quiet(self, unit: Unit, resident_id: UUID, default: Quiet | None) -> Quiet | None:
        """The resident's quiet hours, or the default where she said nothing about them."""
        row = await sql.row(
            "SELECT starts, ends FROM notify_quiet_hours WHERE portal = $1 AND resident_id = $2",
            unit.portal,
            resident_id,
        )
        if row is None:
            return default
        return None if row["starts"] is None else Quiet(int(row["starts"]), int(row["ends"]))

    async def keep_quiet(self, unit: Unit, resident_id: UUID, region: str, quiet: Quiet | None) -> None:
        """These hours from now on; None = no quiet hours at all. What is held already stays held."""
        await sql.execute(
            "INSERT INTO notify_quiet_hours (id, portal, region, resident_id, starts, ends, updated_at) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT (portal, resident_id) DO UPDATE SET "
            "starts = EXCLUDED.starts, ends = EXCLUDED.ends, updated_at = EXCLUDED.updated_at",
            new_id(), unit.portal, region, resident_id, quiet and quiet.starts, quiet and quiet.ends, unit.now,
        )  # fmt: skip


async def stop(unit: Unit, resident_id: UUID, region: str, department: str, *, stopped: bool) -> None:
    """No information of this department rings any more, or it does again."""
    if stopped:
        await sql.execute(
            "INSERT INTO notify_stops (id, portal, region, resident_id, department, at) VALUES ($1,$2,$3,$4,$5,$6) "
            "ON CONFLICT (portal, resident_id, department) DO NOTHING",
            new_id(), unit.portal, region, resident_id, department, unit.now,
        )  # fmt: skip
    else:
        await sql.execute(
            "DELETE FROM notify_stops WHERE portal = $1 AND resident_id = $2 AND department = $3",
            unit.portal, resident_id, department,
        )  # fmt: skip


async def departments(unit: Unit, resident_id: UUID) -> dict[str, bool]:
    """The departments that told this resident something of their own accord, or that she stopped: whether she did."""
    rows = await sql.rows(
        "SELECT name, MAX(stopped) AS stopped FROM (SELECT department AS name, 1 AS stopped FROM notify_stops "
        "WHERE portal = $1 AND resident_id = $2 UNION ALL SELECT k.team, 0 FROM (SELECT m.campaign_id FROM "
        "notify_inbox i JOIN notify_messages m ON m.id = i.id WHERE i.portal = $1 AND i.recipient = $2 "
        f"AND m.campaign_id IS NOT NULL ORDER BY i.at DESC LIMIT {_RECENT}) AS told "
        "JOIN campaigns k ON k.id = told.campaign_id WHERE k.category = 'information' AND k.team <> '') AS d "
        "GROUP BY name ORDER BY name LIMIT 100",
        unit.portal, resident_id,
    )  # fmt: skip
    return {row["name"]: bool(row["stopped"]) for row in rows}


def _made(row: sql.Row, category: str) -> Choice:
    default = DEFAULTS[category]
    return Choice(**{way: default.wants(way) if row[way] is None else sql.flag(row[way]) for way in WAYS})
