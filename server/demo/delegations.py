"""A delegation of the past: the father without a phone lets a neighbour act for him, recorded and confirmed at the
counter. His daughter's own is made by ``make demo-proxy``: in the tour she begins as somebody who was never here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from server.demo.cast import Cast, Person
from server.demo.desk import Days, Desk
from server.domain.delegations.counter import Recorded
from server.domain.delegations.scope import Scope

Add = Callable[[datetime, Callable[[], Awaitable[None]]], None]
_PRINCIPAL, _HELPER = "father", "n02"
_PLACE = "示范市政务服务大厅 3 号窗口"
_SCOPE = Scope(items=("elder-allowance", "elder-card"), purposes=("apply_here", "hall_queue"))


def add_delegations(desk: Desk, cast: Cast, days: Days, add: Add) -> None:
    """Recorded by the clerk, opened and confirmed by the hall manager a quarter of an hour later."""
    made: list[UUID] = []

    async def record() -> None:
        made.append(await desk.decide(lambda unit: _recorded(desk, cast, unit)))

    async def confirm() -> None:
        second, delegations = desk.staff["manager"], desk.services.delegations
        await desk.decide(lambda unit: delegations.look(unit, second.actor, made[0], place=second.department))
        await desk.decide(lambda unit: delegations.confirm(unit, second.actor, made[0], True))

    add(days.at(11, "09:40"), record)
    add(days.at(11, "09:55"), confirm)


async def _recorded(desk: Desk, cast: Cast, unit: Unit) -> UUID | Refusal:
    seen = Recorded(
        kind="relative",
        principal=await _by_card(desk, unit, cast.person(_PRINCIPAL)),
        delegate=await _by_card(desk, unit, cast.person(_HELPER)),
        delegate_loa=5,
        scope=_SCOPE,
        last_day=unit.today + timedelta(days=365),
        region=desk.portal.region,
        relation="friend",
    )
    return await desk.services.delegations.record(unit, desk.staff["clerk"].actor, seen, place=_PLACE)


async def _by_card(desk: Desk, unit: Unit, person: Person) -> UUID:
    """Whose card the clerk has in hand."""
    services = desk.services
    name, number = services.residents.read_claim(unit, person.name, person.id_number)
    clerk = desk.staff["clerk"].actor
    return (await services.cards.holder(unit, clerk, name, number, region=desk.portal.region, place=_PLACE)).id
