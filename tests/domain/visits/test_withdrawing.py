"""A code that is taken back takes its open question with it: at once, for both who wait, and with a reason."""

from __future__ import annotations

from uuid import UUID

import pytest

from codes.errors import CodeRevoked
from codes.service import Holder
from config.floor.ids import new_id
from config.floor.refusal import Missing
from server.domain.sessions.callers import StaffCaller
from server.domain.visits.views import CounterVisit
from tests.domain.visits.hall import PORTAL, REGION, Hall
from tests.domain.visits.test_consent import state_of


async def asked(hall: Hall, clerk: StaffCaller, who: UUID, session: UUID, acting: UUID | None = None) -> CounterVisit:
    """A look at a code of this session, with its question open."""
    holder = Holder(who, acting or who, None, "phone", PORTAL, session, REGION)
    issued = await hall.run(lambda unit: hall.codes.issue(unit, holder))
    text = hall.codes.first(await hall.database.reading(PORTAL), issued, "00").text
    visit = await hall.scan(clerk, text)
    assert isinstance(visit, CounterVisit), visit
    hall.events.clear()
    return visit


async def state_at(hall: Hall, clerk: StaffCaller, visit: CounterVisit) -> str:
    seen = await hall.look_again(visit.id, clerk)
    assert seen.consent is not None
    return seen.consent.state


async def test_signing_out_ends_the_question_that_hangs_on_that_phone_and_no_other(hall: Hall) -> None:
    wang, clerk, gone, stays = hall.person(), hall.counter("3 号窗口"), new_id(), new_id()
    first, second = [await asked(hall, clerk, wang, session) for session in (gone, stays)]
    for codes in (1, 0):  # said again, nothing is left to end
        assert await hall.run(lambda unit: hall.visits.withdrawing.revoke(unit, session_id=gone)) == codes
    assert (await state_at(hall, clerk, first), await state_at(hall, clerk, second)) == ("revoked", "pending")
    assert hall.told(f"resident:{wang}") == hall.told(f"terminal:{clerk.terminal_id}") == ["consent"]
    (entry,) = [one for one in await hall.trail(wang) if one.action == "visit.consent"]
    assert (entry.actor_kind, entry.outcome) == ("system", "revoked")


async def test_a_loss_report_ends_every_question_that_is_shown_by_or_for_her(hall: Hall) -> None:
    wang, zhao, clerk = hall.person(), hall.person(), hall.counter("3 号窗口")
    own = await asked(hall, clerk, wang, new_id())
    hers = await asked(hall, clerk, wang, new_id(), acting=zhao)
    other = await asked(hall, clerk, zhao, new_id())
    await hall.run(lambda unit: hall.visits.withdrawing.revoke(unit, subject=wang))
    assert [await state_at(hall, clerk, one) for one in (own, hers, other)] == ["revoked", "revoked", "pending"]
    assert hall.told(f"resident:{zhao}") == ["consent"]


async def test_a_question_that_has_ended_gives_nothing_and_lets_nothing_be_done(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await asked(hall, clerk, wang, new_id())
    await hall.run(lambda unit: hall.visits.withdrawing.revoke(unit, subject=wang))
    assert state_of(await hall.answer(wang, visit.id, True, ["id_number"])) == "revoked"
    seen = await hall.look_again(visit.id, clerk)
    assert (seen.granted, seen.card, seen.card_open) == ((), (), False)
    assert "id_number" not in dict(seen.fields)
    with pytest.raises(CodeRevoked):
        await hall.run(lambda unit: hall.visits.whose(unit, visit.id, clerk.terminal_id))
    with pytest.raises(Missing):
        await hall.run(lambda unit: hall.visits.whose(unit, visit.id, new_id()))


async def test_an_answer_that_was_given_stands_when_the_code_is_taken_back(hall: Hall) -> None:
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await asked(hall, clerk, wang, new_id())
    await hall.answer(wang, visit.id, True, ["phone"])
    await hall.run(lambda unit: hall.visits.withdrawing.revoke(unit, subject=wang))
    assert await state_at(hall, clerk, visit) == "allowed"


async def test_after_a_yes_to_everything_the_card_can_still_be_said_to_be_in_hand(hall: Hall) -> None:
    """A signature on paper needs it."""
    wang, clerk = hall.person(), hall.counter("3 号窗口")
    visit = await asked(hall, clerk, wang, new_id())
    await hall.answer(wang, visit.id, True, ["name", "id_number", "phone", "portrait"])
    seen = await hall.look_again(visit.id, clerk)
    assert (seen.card, seen.card_open, seen.card_at) == ((), True, None)
    await hall.run(lambda unit: hall.visits.card(unit, visit.id, clerk, []))
    assert (await hall.run(lambda unit: hall.visits.whose(unit, visit.id, clerk.terminal_id))).card_at is not None
