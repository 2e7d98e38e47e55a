"""How far an employee's work reaches: rows beside the account. Without any it is the own department and region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault, Invalid
from config.floor.scope import covers
from config.floor.unit import Actor, Unit

MOST = 40


@dataclass(frozen=True, slots=True)
class Given:
    """What the rows say; an empty tuple = they say nothing about it. ``*`` among departments = every one."""

    departments: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


def checked(given: Given, place: str) -> Given:
    """Each once; raises where a region lies outside the portal's own (``place``), which no scope can open."""
    faults = [
        FieldFault(f"regions.{at}", "region-elsewhere")
        for at, region in enumerate(given.regions)
        if not covers([place], region)
    ]
    if faults:
        raise Invalid(faults=faults)
    regions = sorted({region.ljust(12, "0") for region in given.regions})
    return Given(tuple(sorted({one.strip() for one in given.departments} - {""})), tuple(regions))


async def keep(unit: Unit, actor: Actor, staff_id: UUID, given: Given) -> None:
    """Instead of what was there."""
    await sql.execute("DELETE FROM staff_scopes WHERE portal = $1 AND staff_id = $2", unit.portal, staff_id)
    rows = [("department", one) for one in given.departments] + [("region", one) for one in given.regions]
    for kind, value in rows:
        await sql.execute(
            "INSERT INTO staff_scopes (id, portal, staff_id, kind, value, given_by, given_at) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT DO NOTHING",
            new_id(), unit.portal, staff_id, kind, value, actor.id, unit.now,
        )  # fmt: skip


async def of_many(unit: Unit, ids: Sequence[UUID]) -> dict[UUID, Given]:
    """By one query; who has no rows is not in the answer."""
    if not ids:
        return {}
    holes = ",".join(f"${n}" for n in range(2, len(ids) + 2))
    rows = await sql.rows(
        f"SELECT staff_id, kind, value FROM staff_scopes WHERE portal = $1 AND staff_id IN ({holes}) "
        "ORDER BY kind, value",
        unit.portal, *ids,
    )  # fmt: skip
    found: dict[UUID, dict[str, list[str]]] = {}
    for row in rows:
        found.setdefault(sql.uid(row["staff_id"]), {}).setdefault(row["kind"], []).append(row["value"])
    return {
        staff_id: Given(tuple(kinds.get("department", ())), tuple(kinds.get("region", ())))
        for staff_id, kinds in found.items()
    }


async def facts(unit: Unit, staff_id: UUID, region: str, places: Mapping[str, str]) -> dict[str, list[str]]:
    """What a session keeps of it. Nothing about regions where they hold the portal's own: then it is all of it."""
    given = (await of_many(unit, [staff_id])).get(staff_id, Given())
    regions = list(given.regions or ([region] if region else []))
    found: dict[str, list[str]] = {"departments": list(given.departments)} if given.departments else {}
    if not covers(regions, places.get(unit.portal) or region):
        found["regions"] = regions
    return found
