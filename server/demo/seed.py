"""The demonstration city, made on an empty database by driving the real services under an earlier clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TextIO

import config
from config.floor.unit import legal_day
from server.demo import campaigns, corrections, credentials, delegations, halls, looks, past, visits
from server.demo.cast import Cast, Member, Person, read_cast
from server.demo.desk import CaseThread, Days, Desk, Travel
from server.domain.cases.workflow import Action, Outcome
from server.domain.catalogue.guide import Guide
from server.domain.catalogue.importer import import_items
from server.domain.staff.passwords import hash_password
from server.domain.staff.permissions import APART
from server.services import Services

MARK = "demo"
ITEMS = Path(config.__file__).parent / "sample" / "service_items_511602.csv"
Run = Callable[[], Awaitable[None]]
Add = Callable[[datetime, Run], None]
_FIRST = "printing-licence"
_OPENED_AGO = 80
_COUNTER_PURPOSES = ("apply_here", "hall_queue", "show_licence")


class NotEmpty(Exception):
    """Somebody is already there."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a moment of the past."""

    at: datetime
    order: int
    run: Run


async def seed(services: Services, clock: Travel, out: TextIO, *, send: Callable[[], Awaitable[None]]) -> None:
    """Fill an empty database: catalogue, people, about thirty cases, visits, notices and campaigns of the last weeks.

    Everything happens in order of time; ``send`` lets notices go in theirs, for what comes later rests on
    them: a campaign is withdrawn after it was sent. Raises ``NotEmpty`` where anybody is employed already.
    """
    if await services.staff.anybody():
        raise NotEmpty()
    started = time.monotonic()
    portal = next(iter(services.portals))
    desk = Desk(services, portal)
    now = (await services.database.reading(portal.id)).now
    days = Days(services, legal_day(now))
    cast = await asyncio.to_thread(read_cast)
    try:
        clock.set(days.at(_OPENED_AGO, "08:00"))
        await _open_city(desk, cast, out)
        for event in sorted(await _events(desk, cast, days, now), key=lambda one: (one.at, one.order)):
            clock.set(event.at)
            await event.run()
            await send()
    finally:
        clock.reset()
    out.write(f"demonstration city made in {time.monotonic() - started:.1f} s: {len(past.PLANS)} cases\n")


async def _open_city(desk: Desk, cast: Cast, out: TextIO) -> None:
    """Mark the database, publish the catalogue, employ the staff."""
    services, portal = desk.services, desk.portal
    await desk.decide(lambda unit: services.staff.mark(unit, MARK, "seeded"))
    if await asyncio.to_thread(ITEMS.exists):
        report = await import_items(services.database, ITEMS, portal.id, lambda done, total: None)
        out.write(f"catalogue: {report.added} items of the sample list\n")
    await desk.decide(services.catalogue.publish)
    password = services.settings.demo.staff_password.get_secret_value()
    for member in cast.staff:
        await _employ(desk, cast, member, password)
    spare = list(cast.spare)
    for department in sorted({guide.department for guide in await guides_of(desk)}):
        known = [one for one in desk.staff.values() if "handler" in one.roles and one.department == department]
        for member in [spare.pop(0) for _ in range(max(0, 2 - len(known)))]:
            await desk.hire(member, department, await hash_password(password))


async def _employ(desk: Desk, cast: Cast, member: Member, password: str) -> None:
    caller = await desk.hire(member, member.department, await hash_password(password))
    if set(APART) & set(member.roles):  # whoever could do most harm shows what an authenticator is for
        await desk.decide(lambda unit: desk.services.second_factor.give(unit, caller.staff_id))
    for terminal in cast.terminals:
        if terminal.clerk == member.staff_no:
            await desk.enrol(caller, terminal, _COUNTER_PURPOSES)


async def guides_of(desk: Desk) -> list[Guide]:
    """The written items that can be applied for online; the main job's item first, then by code."""
    services = desk.services
    unit = await services.database.reading(desk.portal.id)
    page = await services.catalogue.search(unit, limit=100)
    found = [await services.catalogue.item(unit, one.code) for one in page.items if one.complete and one.online]
    guides = [item.guide for item in found if item.guide is not None]
    return sorted(guides, key=lambda guide: (guide.code != _FIRST, guide.code))


async def _events(desk: Desk, cast: Cast, days: Days, now: datetime) -> list[Event]:
    guides = await guides_of(desk)
    found: list[Event] = []

    def add(at: datetime, run: Run) -> None:
        found.append(Event(at, len(found), run))

    for number, person in enumerate(one for one in cast.people if one.past and one.signs_in):
        add(days.at(75 - number, "19:00"), partial(_register, desk, person))
    for plan in past.PLANS:
        _add_case(desk, cast, days, plan, next(guide for guide in guides if guide.code == plan.item), add)
    visits.add_visits(desk, days, add)
    credentials.add_credentials(desk, days, add)
    delegations.add_delegations(desk, cast, days, add)
    campaigns.add_campaigns(desk, days, guides[0], add)
    looks.add_looks(desk, cast.person("agent"), days, guides[0], add)
    corrections.add_corrections(desk, cast.person("n04"), days, add)
    halls.add_hall(desk, now, add)
    return found


def _add_case(desk: Desk, cast: Cast, days: Days, plan: past.Plan, guide: Guide, add: Add) -> None:
    thread = CaseThread(desk, cast.person(plan.person), guide)
    for moment in past.moments(plan, guide):
        at = days.at(moment.ago, moment.clock)
        add(at, partial(_step, thread, moment, at))


async def _register(desk: Desk, person: Person) -> None:
    await desk.register(person)


async def _step(thread: CaseThread, moment: past.Moment, at: datetime) -> None:
    match moment.verb:
        case "submit":
            await thread.submit(legal_day(at))
        case "correct":
            await thread.correct()
        case "withdraw":
            await thread.withdraw()
        case "review":
            await thread.review(moment.grade, moment.words)
        case "sweep":
            cases = thread.desk.services.cases
            await thread.desk.decide(cases.return_overdue)
        case "propose_grant":
            await thread.act(Action.PROPOSE, moment.words, Outcome.GRANT)
        case "propose_refuse":
            await thread.act(Action.PROPOSE, moment.words, Outcome.REFUSE)
        case "approve_proposal":
            await thread.act(Action.APPROVE_PROPOSAL, second=True)
        case verb:
            await thread.act(Action(verb), moment.words)


__all__ = ["NotEmpty", "guides_of", "seed"]
