"""What a resident wants to be told, and how. Statutory notices cannot be switched off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from notify.ladder import DEFAULTS, Choice

CATEGORIES = ("service", "information")


class Preferences:
    """Choices per category; where a resident made none, the defaults hold."""

    async def choice(self, unit: Unit, resident_id: UUID, category: str) -> Choice:
        """One resident's choice for one category."""
        return (await self.choices(unit, [resident_id], category)).get(resident_id, DEFAULTS[category])

    async def choices(self, unit: Unit, ids: Sequence[UUID], category: str) -> dict[UUID, Choice]:
        """The choices made by some of these people: one query. Who is not in the answer has the default."""
        listed = "SELECT unnest($3::uuid[])" if sql.is_postgres() else "SELECT value FROM json_each($3)"
        people = list(ids) if sql.is_postgres() else sql.to_json([str(i) for i in ids])
        rows = await sql.rows(
            "SELECT resident_id, sms, live FROM notify_preferences WHERE portal = $1 AND category = $2 "
            f"AND resident_id IN ({listed})",
            unit.portal,
            category,
            people,
        )
        return {sql.uid(r["resident_id"]): Choice(sms=sql.flag(r["sms"]), live=sql.flag(r["live"])) for r in rows}

    async def of(self, unit: Unit, resident_id: UUID) -> dict[str, Choice]:
        """Both categories of one resident: one query."""
        rows = await sql.rows(
            "SELECT category, sms, live FROM notify_preferences WHERE portal = $1 AND resident_id = $2",
            unit.portal,
            resident_id,
        )
        made = {r["category"]: Choice(sms=sql.flag(r["sms"]), live=sql.flag(r["live"])) for r in rows}
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
            await sql.execute(
                "INSERT INTO notify_preferences (id, portal, region, resident_id, category, sms, live, updated_at) "
                "VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT (portal, resident_id, category) "
                "DO UPDATE SET sms = EXCLUDED.sms, live = EXCLUDED.live, updated_at = EXCLUDED.updated_at",
                new_id(), unit.portal, region, resident_id, category, choice.sms, choice.live, unit.now,
            )  # fmt: skip
