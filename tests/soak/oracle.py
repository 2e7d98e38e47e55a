"""No oracle: a phone, an ID number, a case, a file, an employee that is known is answered like one that is not."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, redirect_stderr
from pathlib import Path
from uuid import uuid4

from pydantic import SecretStr

from config.floor.unit import Unit
from config.settings import Limits, Settings, StaffDoor
from server.adapters.clock import ShiftedClock
from server.domain.cases.numbers import new_case_no
from server.domain.identifiers import check_digit
from server.domain.staff.passwords import hash_password
from server.domain.staff.service import Candidate
from tests.journeys.forms import fill, materials
from tests.journeys.people import Phone
from tests.journeys.town import PASSWORD, PEOPLE, PORTAL, REGION, Town, running_town
from tests.journeys.visitor import Answer, Visitor
from tests.soak.pairs import Ask, Found, Pair, asked

TURNS = 2_000
GOAL_MS, SLOW_MS = 2.0, 66.0
"""What takes longer, a password's hash, may differ by three hundredths: the same work does from run to run."""
PHONES = 40
ITEM = "printing-licence"


def unlimited(settings: Settings) -> Settings:
    """The same house without the budgets that would stop somebody who asks two thousand times."""
    many = 1_000_000
    free = {
        "requests_per_minute": 0, "otp_resend_seconds": 0, "otp_per_phone_hour": many, "otp_per_phone_day": many,
        "otp_per_address": many, "otp_per_portal_day": many, "identity_attempts": many, "password_attempts": many,
    }  # fmt: skip
    proofs = settings.proofs.model_copy(update={"per_address": many, "per_portal_day": many})
    return settings.model_copy(update={"limits": settings.limits.model_copy(update=free), "proofs": proofs})


async def pairs(town: Town) -> Sequence[Pair]:
    """What somebody might try to find out, each beside the same question about nobody."""
    purposes = town.services.proving.purposes._purposes
    purposes |= {code: one.model_copy(update={"per_day": 1_000_000}) for code, one in purposes.items()}
    known = await _registered(town, PHONES)
    unknown = [f"157{random.randrange(10**8):08d}" for _ in range(PHONES)]
    stranger, owner, other = await town.stranger(), await town.resident(0), await town.resident(1, loa=2)
    case_no, file_id = await _applied(owner)
    await town.hire("ORACLE", ["handler"])
    await _hash_fully(town, "ORACLE")

    def code(phones: list[str]) -> Ask:
        return lambda turn: _post(stranger, "otp", phone=phones[turn % PHONES])

    def guess(phones: list[str]) -> Ask:
        wrong = {"method": "sms", "otp": "0000000", "device": "x"}
        return lambda turn: _post(stranger, "sessions", phone=phones[turn % PHONES], **wrong)

    def claim(numbers: list[str]) -> Ask:
        return lambda turn: _post(
            other, "me/verifications", method="name_and_id", name="欧阳无此人", id_number=numbers[turn % len(numbers)]
        )

    def enter(staff_no: str) -> Ask:
        body = {"staff_no": staff_no, "password": "not the password"}
        return lambda turn: stranger.call("POST", "/console/api/v1/sessions", body=body)

    def read(*paths: str) -> Ask:
        return lambda turn: other.call("GET", f"/api/v1/{paths[turn % len(paths)]}")

    return (
        Pair("a sign-in code for a resident's phone, for nobody's", code(known), code(unknown)),
        Pair("a wrong sign-in code for a resident's phone, for nobody's", guess(known), guess(unknown)),
        Pair("a wrong name with a proven ID number, with nobody's", claim([PEOPLE[0][1]]), claim(_numbers())),
        Pair(
            "somebody else's case, no case", read(f"cases/{case_no}"),
            read(*(f"cases/{new_case_no(REGION)}" for _ in range(PHONES))),
        ),
        Pair("somebody else's file, no file", read(f"files/{file_id}"), read(*(f"files/{uuid4()}" for _ in range(40)))),
        Pair("a wrong password of an employee, of nobody", enter("ORACLE"), enter("NOBODY"), share=0.05),
    )  # fmt: skip


async def _post(visitor: Visitor, path: str, **body: str) -> Answer:
    return await visitor.call("POST", f"/api/v1/{path}", body=body)


async def _registered(town: Town, count: int) -> list[str]:
    phones = [f"158{random.randrange(10**8):08d}" for _ in range(count)]

    async def enter(unit: Unit) -> None:
        for phone in phones:
            await town.services.residents.enter(unit, phone, language="zh-CN")

    await town.house.database.unit_of_work(PORTAL, enter)
    return phones


async def _applied(owner: Phone) -> tuple[str, str]:
    item = await owner.must("GET", f"/api/v1/items/{ITEM}")
    papers = await materials(owner, item)
    body = {"item": ITEM, "answers": fill(item), "materials": papers}
    made = await owner.must("POST", "/api/v1/cases", body, status=201)
    return str(made["case_no"]), papers[0]["file_id"]


async def _hash_fully(town: Town, staff_no: str) -> None:
    """A password hashed as in earnest: the light hashes of tests would tell whose number there is."""
    services = town.services
    better = await hash_password(PASSWORD)

    async def keep(unit: Unit) -> None:
        found = await services.staff.candidate(unit, staff_no)
        assert isinstance(found, Candidate) and found.profile is not None
        await services.staff.rehash(unit, found.profile.id, found.password_hash, better)

    await town.house.database.unit_of_work(PORTAL, keep)


def _numbers() -> list[str]:
    """Numbers of nobody here, well formed, of somebody born before 1910."""
    firsts = [f"511602{1850 + n % 50}{1 + n % 12:02d}15{n % 1000:03d}" for n in range(PHONES)]
    return [first + check_digit(first) for first in firsts]


@asynccontextmanager
async def _town(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[Town]:
    settings = Settings(
        profile="test", data_dir=folder, database_url=SecretStr(database_url), redis_url=SecretStr(redis_url),
        limits=Limits(), staff=StaffDoor(lock_minutes=0),
    )  # fmt: skip
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):  # a line for each of 40,000 requests
        async with running_town(unlimited(settings), ShiftedClock()) as town:
            yield town


def _told(found: Found) -> bool:
    there, nowhere = found.medians
    apart = abs(there - nowhere)
    within = GOAL_MS if there < SLOW_MS else there * 0.03
    well = found.alike and apart < within
    judged = "as it must be" if well else f"WRONG: {found.looks}"
    turns, ranked = len(found.took[0]), found.slower
    print(f"{found.name:<62}{turns:>6}{there:>9.2f}{nowhere:>9.2f}{apart:>8.2f}{ranked:>8.2f}  {judged}", flush=True)
    return well


async def run(database_url: str, redis_url: str, size: float) -> bool:
    """Every pair at ``size`` times its full number of turns; whether none of them tells anything."""
    heads = f"{'turns':>6}{'there':>9}{'nowhere':>9}{'apart':>8}{'slower':>8}"
    print(f"{f'medians in ms, goal < {GOAL_MS:.0f} apart':<62}{heads}", flush=True)
    with tempfile.TemporaryDirectory(prefix="yima-oracle-") as folder:
        async with _town(database_url, redis_url, Path(folder)) as town:
            found = [await asked(pair, max(20, int(TURNS * size * pair.share))) for pair in await pairs(town)]
    return False not in [_told(one) for one in found]
