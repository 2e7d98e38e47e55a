"""Teams of operators: how much they may send on a day, and whether they are still on trial.

A team is a department. While it is on trial, a campaign of it reaches only people who are both in its audience and on
the team's list of test recipients; the administrator asks for the end of the trial and a second person confirms it.
Days are legal days; what is used of them are counters, never counted messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.selection import Selection
from config.floor.unit import Actor, Unit
from notify import buckets
from notify.errors import TeamLimitReached, TeamMissing, TestersFull, TrialNotAsked, TrialSamePerson

TESTERS = 50
"""A list of test recipients is for trying, not for sending."""
_COLUMNS = "id, name, people_a_day, cost_a_day, trial, asked_by, asked_no, updated_no, updated_at"


@dataclass(frozen=True, slots=True)
class Team:
    """One team. Limits of 0 are none; ``cost_a_day`` is in thousandths of a yuan; ``asked_no``: who asked for the end
    of its trial."""

    id: UUID
    name: str
    people_a_day: int
    cost_a_day: int
    trial: bool
    asked_by: UUID | None
    asked_no: str
    updated_no: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Used:
    """What of a team's day is gone."""

    people: int
    cost: int


class Teams:
    """The public door of teams. Who calls records each change."""

    def __init__(self, *, new_on_trial: bool = False) -> None:
        self.new_on_trial = new_on_trial

    async def names(self, unit: Unit) -> list[str]:
        """The names of all teams of the portal: one statement."""
        rows = await sql.rows("SELECT name FROM notify_teams WHERE portal = $1", unit.portal)
        return sorted(row["name"] for row in rows)

    async def of(self, unit: Unit, names: Sequence[str]) -> dict[str, Team]:
        """Those of these teams that are known, by name: one statement."""
        if not names:
            return {}
        rows = await sql.rows(
            f"SELECT {_COLUMNS} FROM notify_teams WHERE portal = $1 AND name IN ({_holes(2, names)})",
            unit.portal, *names,
        )  # fmt: skip
        return {row["name"]: _team(row) for row in rows}

    async def get(self, unit: Unit, team_id: UUID) -> Team:
        """One team of this portal; ``TeamMissing``."""
        row = await sql.row(f"SELECT {_COLUMNS} FROM notify_teams WHERE id = $1 AND portal = $2", team_id, unit.portal)
        if row is None:
            raise TeamMissing()
        return _team(row)

    async def named(self, unit: Unit, name: str) -> Team | None:
        """The team of this name; None where nothing is known of it yet."""
        row = await sql.row(f"SELECT {_COLUMNS} FROM notify_teams WHERE portal = $1 AND name = $2", unit.portal, name)
        return _team(row) if row else None

    async def on_trial(self, unit: Unit, name: str) -> bool:
        """Whether campaigns of this team reach test recipients only."""
        if not name:
            return False
        found = await self.named(unit, name)
        return found.trial if found else self.new_on_trial

    async def meet(self, unit: Unit, name: str, actor: Actor) -> None:
        """A team is known from its first draft on; a new one is on trial where the house wants it so."""
        if name:
            await sql.execute(
                "INSERT INTO notify_teams (id, portal, name, people_a_day, cost_a_day, trial, asked_no, updated_no, "
                "updated_at) VALUES ($1,$2,$3,0,0,$4,'',$5,$6) ON CONFLICT (portal, name) DO NOTHING",
                new_id(), unit.portal, name, self.new_on_trial, actor.label, unit.now,
            )  # fmt: skip

    async def limit(self, unit: Unit, actor: Actor, name: str, *, people_a_day: int, cost_a_day: int) -> Team:
        """What it may do on a day; the team is made where it is new."""
        await self.meet(unit, name, actor)
        row = await sql.row(
            "UPDATE notify_teams SET people_a_day = $1, cost_a_day = $2, updated_no = $3, updated_at = $4 "
            f"WHERE portal = $5 AND name = $6 RETURNING {_COLUMNS}",
            people_a_day, cost_a_day, actor.label, unit.now, unit.portal, name,
        )  # fmt: skip
        if row is None:
            raise TeamMissing()
        return _team(row)

    async def put_on_trial(self, unit: Unit, actor: Actor, team_id: UUID) -> Team:
        """From now on; what was released already goes on. The careful direction takes one person."""
        return await self._change(unit, actor, team_id, "trial = TRUE, asked_by = NULL, asked_no = ''", "1 = 1")

    async def ask_end(self, unit: Unit, actor: Actor, team_id: UUID) -> Team:
        """Ask that its trial ends; asked again, it is the newer one who asks."""
        return await self._change(unit, actor, team_id, "asked_by = $5, asked_no = $3", "trial", _id(actor))

    async def end_trial(self, unit: Unit, actor: Actor, team_id: UUID) -> Team:
        """Confirm what somebody else asked for: ``TrialSamePerson``, ``TrialNotAsked``."""
        found = await self.get(unit, team_id)
        if found.asked_by is None or not found.trial:
            raise TrialNotAsked()
        if found.asked_by == actor.id:
            raise TrialSamePerson()
        return await self._change(
            unit, actor, team_id, "trial = FALSE, asked_by = NULL, asked_no = ''",
            "trial AND asked_by IS NOT NULL AND asked_by <> $5", _id(actor),
        )  # fmt: skip

    async def _change(
        self, unit: Unit, actor: Actor, team_id: UUID, change: str, condition: str, *more: object
    ) -> Team:
        row = await sql.row(
            f"UPDATE notify_teams SET {change}, updated_no = $3, updated_at = $4 WHERE id = $1 AND portal = $2 "
            f"AND {condition} RETURNING {_COLUMNS}",
            team_id, unit.portal, actor.label, unit.now, *more,
        )  # fmt: skip
        if row is None:
            await self.get(unit, team_id)
            raise TrialNotAsked()
        return _team(row)

    async def testers(self, unit: Unit, team_id: UUID) -> list[UUID]:
        """The list of test recipients, in the order they came."""
        rows = await sql.rows(
            "SELECT resident_id FROM notify_team_testers WHERE team_id = $1 AND portal = $2 ORDER BY added_at, id",
            team_id, unit.portal,
        )  # fmt: skip
        return [sql.uid(row["resident_id"]) for row in rows]

    async def add_tester(self, unit: Unit, actor: Actor, team_id: UUID, resident_id: UUID) -> None:
        """Put somebody on the list; again changes nothing. ``TestersFull``."""
        await sql.row("UPDATE notify_teams SET updated_at = $1 WHERE id = $2 RETURNING id", unit.now, team_id)
        if len(await self.testers(unit, team_id)) >= TESTERS:
            raise TestersFull(most=TESTERS)
        await sql.execute(
            "INSERT INTO notify_team_testers (id, portal, team_id, resident_id, added_no, added_at) "
            "VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT (team_id, resident_id) DO NOTHING",
            new_id(), unit.portal, team_id, resident_id, actor.label, unit.now,
        )  # fmt: skip

    async def remove_tester(self, unit: Unit, team_id: UUID, resident_id: UUID) -> bool:
        """Take somebody off the list; False where she was not on it."""
        return bool(
            await sql.execute(
                "DELETE FROM notify_team_testers WHERE team_id = $1 AND resident_id = $2 AND portal = $3",
                team_id, resident_id, unit.portal,
            )
        )  # fmt: skip

    async def lists(self, unit: Unit, teams: Sequence[Team]) -> dict[UUID, list[UUID]]:
        """The lists of test recipients of these teams, as ``testers`` gives one: one statement."""
        found: dict[UUID, list[UUID]] = {team.id: [] for team in teams}
        rows = await sql.rows(
            "SELECT team_id, resident_id FROM notify_team_testers WHERE portal = $1 "
            f"AND team_id IN ({_holes(2, teams)}) ORDER BY added_at, id",
            unit.portal, *found,
        ) if found else []  # fmt: skip
        for row in rows:
            found[sql.uid(row["team_id"])].append(sql.uid(row["resident_id"]))
        return found

    async def narrowed(self, unit: Unit, name: str, audience: Selection) -> Selection:
        """Of this audience, the people on the team's list; all of it where the team is not on trial."""
        if not await self.on_trial(unit, name):
            return audience
        return Selection(
            "SELECT t.resident_id AS id FROM notify_team_testers t JOIN notify_teams w ON w.id = t.team_id "
            f"WHERE w.portal = $1 AND w.name = $2 AND t.resident_id IN (SELECT id FROM ({audience.after(2)}) AS a)",
            (unit.portal, name, *audience.values),
        )

    async def used(self, unit: Unit, teams: Sequence[Team], day: date) -> dict[UUID, Used]:
        """What of these teams' day is gone: one statement."""
        scopes = [scope for team in teams for scope in (_people(team), _cost(team))]
        rows = await sql.rows(
            f"SELECT scope, used FROM notify_budgets WHERE day = $1 AND scope IN ({_holes(2, scopes)})", day, *scopes
        ) if scopes else []  # fmt: skip
        gone = {str(row["scope"]): int(row["used"]) for row in rows}
        return {team.id: Used(gone.get(_people(team), 0), gone.get(_cost(team), 0)) for team in teams}

    async def room(self, unit: Unit, name: str, day: date, *, people: int, cost: int) -> TeamLimitReached | None:
        """Whether the team's day has so much left; nothing is counted."""
        team = await self.named(unit, name) if name else None
        if team is None:
            return None
        gone = (await self.used(unit, [team], day))[team.id]
        for what, wanted, used, most in (
            ("people", people, gone.people, team.people_a_day), ("cost", cost, gone.cost, team.cost_a_day),
        ):  # fmt: skip
            if most and used + wanted > most:
                return TeamLimitReached(what=what, used=used, most=most)
        return None

    async def count(self, unit: Unit, name: str, day: date, *, people: int, cost: int) -> None:
        """Count a release against the team's day. Of two that ``room`` let in at once and that are too much together,
        the later raises, and nothing of it happened."""
        team = await self.named(unit, name) if name else None
        if team is None:
            return
        for what, scope, wanted, most in (
            ("people", _people(team), people, team.people_a_day), ("cost", _cost(team), cost, team.cost_a_day),
        ):  # fmt: skip
            if wanted and not await buckets.take_all(unit, scope, day, wanted=wanted, most=most):
                raise TeamLimitReached(what=what, used=most, most=most)


def _holes(start: int, values: Sequence[object]) -> str:
    return ",".join(f"${number}" for number in range(start, start + len(values)))


def _people(team: Team) -> str:
    return f"team-people:{team.id}"


def _cost(team: Team) -> str:
    return f"team-cost:{team.id}"


def _id(actor: Actor) -> UUID:
    if actor.id is None:
        raise ValueError("a trial is ended by people")
    return actor.id


def _team(row: sql.Row) -> Team:
    return Team(
        sql.uid(row["id"]), row["name"], int(row["people_a_day"]), int(row["cost_a_day"]), sql.flag(row["trial"]),
        sql.uid_or_none(row["asked_by"]), row["asked_no"], row["updated_no"], sql.instant(row["updated_at"]),
    )  # fmt: skip
