"""Teams of operators: limits of a day, the trial and its end, the list of test recipients. Each change is on record."""

from __future__ import annotations

import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from config.floor.refusal import FieldFault, Forbidden, Invalid, Missing
from notify.teams import Team
from server.domain.staff.permissions import may
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff
from server.web.shapes import Wire

operations = Operations(tag="console-teams")
_ROOT = "/console/api/v1/teams"
_CHIEF = Staff("teams.limit")
_SECOND = Staff("teams.end_trial")
_TRYING = Staff("teams.testers")
_PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_YUAN = 1_000
"""Costs are kept in thousandths of a yuan."""


class TeamLimits(Wire):
    """What a department's operators may send on one day; 0 = no limit."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True)]
    people_a_day: Annotated[int, Field(ge=0, le=100_000_000)]
    yuan_a_day: Annotated[int, Field(ge=0, le=1_000_000)]


class TeamStands(Wire):
    """A team after a step."""

    id: UUID
    name: str
    people_a_day: int
    yuan_a_day: int
    trial: bool
    end_asked_by: str


class TesterAdded(Wire):
    """Whose mobile number it is."""

    phone: Annotated[str, Field(max_length=20)]


class TesterGone(Wire):
    """Who is no longer on the list."""

    resident_id: UUID


class TestersNow(Wire):
    """How many are on the list now."""

    testers: int


@operations.post(
    _ROOT, name="limitTeam", summary="How much a department's operators may send on a day", access=_CHIEF,
    body=TeamLimits, answer=TeamStands, status=200, problems=("team-not-found",),
)  # fmt: skip
async def limit(call: Call[TeamLimits, NoQuery]) -> TeamStands:
    """Holds from the next release on."""
    body = call.body
    team = await call.services.campaigns.teams.limit(
        call.unit, call.actor, body.name, people_a_day=body.people_a_day, cost_a_day=body.yuan_a_day * _YUAN
    )
    return await _done(call, "team.limit", team)


@operations.post(
    f"{_ROOT}/{{id}}/trial", name="putTeamOnTrial", summary="Its notices reach test recipients only", access=_CHIEF,
    answer=TeamStands, status=200, problems=("team-not-found",),
)  # fmt: skip
async def trial(call: Call[NoBody, NoQuery]) -> TeamStands:
    """The careful direction takes one person."""
    return await _done(
        call, "team.trial", await call.services.campaigns.teams.put_on_trial(call.unit, call.actor, call.path_id("id"))
    )


@operations.post(
    f"{_ROOT}/{{id}}/trial-end", name="askTrialEnd", summary="Ask that its trial ends; another person confirms",
    access=_CHIEF, answer=TeamStands, status=200, problems=("team-not-found", "trial-not-asked"),
)  # fmt: skip
async def ask_end(call: Call[NoBody, NoQuery]) -> TeamStands:
    """Changes nothing yet."""
    return await _done(
        call, "team.trial_end_asked",
        await call.services.campaigns.teams.ask_end(call.unit, call.actor, call.path_id("id")),
    )  # fmt: skip


@operations.post(
    f"{_ROOT}/{{id}}/trial-end/confirmation", name="endTrial", summary="Confirm the end of its trial", access=_SECOND,
    answer=TeamStands, status=200, problems=("team-not-found", "trial-not-asked", "trial-same-person"),
)  # fmt: skip
async def end(call: Call[NoBody, NoQuery]) -> TeamStands:
    """Never by whoever asked for it."""
    return await _done(
        call, "team.trial_end", await call.services.campaigns.teams.end_trial(call.unit, call.actor, call.path_id("id"))
    )


@operations.post(
    f"{_ROOT}/{{id}}/testers", name="addTester", summary="Somebody agreed to get this team's trials", access=_TRYING,
    body=TesterAdded, answer=TestersNow, status=200, limit=30,
    problems=("team-not-found", "testers-full", "invalid-input", "not-found", "forbidden"),
)  # fmt: skip
async def add_tester(call: Call[TesterAdded, NoQuery]) -> TestersNow:
    """By mobile number; the resident sees who put her there."""
    team = await _own(call)
    phone = "".join(call.body.phone.split())
    if not _PHONE.fullmatch(phone):
        raise Invalid(faults=(FieldFault("phone", "phone-form"),))
    found = await call.services.residents.of_phone(call.unit, phone)
    if found is None:
        raise Missing()
    await call.services.campaigns.teams.add_tester(call.unit, call.actor, team.id, found.id)
    await _record(call, "team.tester", team, found.id)
    return TestersNow(testers=len(await call.services.campaigns.teams.testers(call.unit, team.id)))


@operations.post(
    f"{_ROOT}/{{id}}/testers/removal", name="removeTester", summary="No more trials for this person", access=_TRYING,
    body=TesterGone, answer=TestersNow, status=200, problems=("team-not-found", "not-found", "forbidden"),
)  # fmt: skip
async def remove_tester(call: Call[TesterGone, NoQuery]) -> TestersNow:
    """What was sent stays sent."""
    team = await _own(call)
    if not await call.services.campaigns.teams.remove_tester(call.unit, team.id, call.body.resident_id):
        raise Missing()
    await _record(call, "team.tester_removed", team, call.body.resident_id)
    return TestersNow(testers=len(await call.services.campaigns.teams.testers(call.unit, team.id)))


async def _own(call: Call[Any, Any]) -> Team:
    """The team of the path; an operator changes the list of her own only."""
    team = await call.services.campaigns.teams.get(call.unit, call.path_id("id"))
    if not may(call.staff.roles, "teams.limit") and call.staff.department != team.name:
        raise Forbidden()
    return team


async def _done(call: Call[Any, Any], action: str, team: Team) -> TeamStands:
    await _record(call, action, team, None)
    return TeamStands(
        id=team.id, name=team.name, people_a_day=team.people_a_day, yuan_a_day=team.cost_a_day // _YUAN,
        trial=team.trial, end_asked_by=team.asked_no,
    )  # fmt: skip


async def _record(call: Call[Any, Any], action: str, team: Team, resident_id: UUID | None) -> None:
    await call.services.audit.record(
        call.unit, call.actor, action, subject_kind="team", subject=str(team.id), resident_id=resident_id,
        region=call.staff.region,
    )  # fmt: skip
