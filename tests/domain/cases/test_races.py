"""Two people at once: one wins, nothing is done twice."""

from __future__ import annotations

import asyncio

from server.domain.cases.errors import ChangedMeanwhile, WrongState
from server.domain.cases.numbers import new_case_no, parse_case_no
from server.domain.cases.workflow import Action
from server.domain.materials.errors import FileNotUsable
from tests.domain.cases.office import ANSWERS, ITEM, Office, count, desk


async def test_two_handlers_one_wins(office: Office) -> None:
    ref = await office.submit(await office.resident())
    handlers = [desk("handler") for _ in range(6)]
    found = await asyncio.gather(
        *(office.move(handler, ref, Action.RECEIVE) for handler in handlers), return_exceptions=True
    )
    lost = [one for one in found if isinstance(one, BaseException)]
    assert len(found) - len(lost) == 1
    assert all(isinstance(one, ChangedMeanwhile | WrongState) for one in lost)
    assert await count(office.database, "SELECT count(*) FROM case_documents") == 1
    assert await count(office.database, "SELECT count(*) FROM case_timeline WHERE event = 'receive'") == 1
    assert office.post.events.count("case.received") == 1


async def test_the_same_submission_twice_makes_one_case(office: Office) -> None:
    resident = await office.resident()
    papers = await office.papers(resident)

    async def submit() -> object:
        return await office.run(lambda unit: office.cases.submit(unit, resident, ITEM, ANSWERS, papers, draft=False))

    found = await asyncio.gather(submit(), submit(), submit(), return_exceptions=True)
    assert sum(isinstance(one, FileNotUsable) for one in found) == 2
    assert await count(office.database, "SELECT count(*) FROM cases") == 1


async def test_documents_of_many_desks_have_no_gap_and_no_double(office: Office) -> None:
    resident = await office.resident()
    refs = [await office.submit(resident) for _ in range(8)]
    await asyncio.gather(*(office.move(desk("handler"), ref, Action.RECEIVE) for ref in refs))
    assert await count(office.database, "SELECT count(DISTINCT document_no) FROM case_documents") == 8
    assert await count(office.database, "SELECT number FROM case_document_numbers WHERE kind = 'receipt'") == 8


def test_numbers_cannot_be_mistyped_unseen() -> None:
    number = new_case_no("511602000000")
    assert number.startswith("511602")
    assert parse_case_no(number) == number
    for at in range(20):
        for digit in "0123456789":
            if digit != number[at]:
                assert parse_case_no(number[:at] + digit + number[at + 1 :]) is None
