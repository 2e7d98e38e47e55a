"""Each time a campaign was handed in: its words then, for an approver to compare with, and who gave it back."""

from __future__ import annotations

from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Actor, Unit
from notify.campaign_record import CampaignRecord
from notify.campaign_rules import CampaignWords

_PARTS = (
    "title",
    "body",
    "category",
    "region",
    "item",
    "rules",
    "schedule_at",
    "law",
    "expires_at",
    "exercise",
    "elder_title",
    "elder_body",
)


async def keep(unit: Unit, submitter: Actor, found: CampaignRecord) -> None:
    """Write down what was handed in, and freeze the version of the template that it came from."""
    last = await sql.row("SELECT count(*) AS n FROM campaign_submissions WHERE campaign_id = $1", found.id)
    await sql.execute(
        "INSERT INTO campaign_submissions (id, campaign_id, portal, number, words, content_hash, people, "
        "submitter_no, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
        new_id(), found.id, unit.portal, (int(last["n"]) if last else 0) + 1, sql.to_json(_said(found.words)),
        found.content_hash, found.people, submitter.label, unit.now,
    )  # fmt: skip
    if found.words.template:
        template, version = found.words.template
        await sql.execute(
            "UPDATE notify_template_versions SET frozen_at = $1 WHERE template_id = $2 AND number = $3 "
            "AND portal = $4 AND frozen_at IS NULL",
            unit.now, template, version, unit.portal,
        )  # fmt: skip


async def given_back(unit: Unit, campaign_id: UUID, reader: UUID) -> None:
    """Keep who gave the last one back: the notice stays in that person's list, also once it was handed in again."""
    await sql.execute(
        "UPDATE campaign_submissions SET rejecter_id = $1 WHERE campaign_id = $2 AND portal = $3 AND number = "
        "(SELECT max(number) FROM campaign_submissions WHERE campaign_id = $2)",
        reader, campaign_id, unit.portal,
    )  # fmt: skip


async def before(unit: Unit, campaign_id: UUID) -> dict[str, str] | None:
    """The words of the submission before the last one; None where there is none."""
    row = await sql.row(
        "SELECT words FROM campaign_submissions WHERE campaign_id = $1 AND portal = $2 "
        "ORDER BY number DESC LIMIT 1 OFFSET 1",
        campaign_id,
        unit.portal,
    )
    return {name: str(value) for name, value in sql.document(row["words"]).items()} if row else None


def changes(earlier: dict[str, str], words: CampaignWords) -> list[tuple[str, str, str]]:
    """(part, before, now) of every part that is not the same."""
    now = _said(words)
    return [(name, earlier.get(name, ""), now[name]) for name in _PARTS if earlier.get(name, "") != now[name]]


def _said(words: CampaignWords) -> dict[str, str]:
    return {
        "title": words.title,
        "body": words.body,
        "category": words.category,
        "region": words.region,
        "item": words.item,
        "rules": sql.to_json(words.rules) if words.rules else "",
        "schedule_at": words.schedule_at.isoformat() if words.schedule_at else "",
        "law": words.law,
        "expires_at": words.expires_at.isoformat() if words.expires_at else "",
        "elder_title": words.elder_title,
        "elder_body": words.elder_body,
        "exercise": "✓" if words.exercise else "",
    }
