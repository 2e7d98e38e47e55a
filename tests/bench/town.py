"""What the bench measures against: a town on PostgreSQL with a case, a signed-in resident, a clerk, many codes of hers
and many phones that wait to sign in."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from codes import dynamic
from codes.holder import Holder
from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.settings import Settings
from server.demo.device import Device
from server.opening import opened
from tests.bench.load import request
from tests.journeys import story
from tests.journeys.town import PORTAL, REGION
from tests.services.program import Program
from tests.web import rounds


@dataclass(frozen=True, slots=True)
class Known:
    """Keys to the doors."""

    case_no: str
    bearer: str
    cookie: str
    csrf: str
    resident_id: UUID
    device: Device


async def _live(origin: str) -> Known:
    async with AsyncExitStack() as stack:
        cast, told = await rounds.gather_cast(stack, origin), story.Told()
        await story.signs_in(cast)
        await story.finds_the_item(cast, told)
        await story.applies(cast, told)
        await story.corrected_and_accepted(cast, told)
        cookie = next(one.value for one in cast.clerk.session.cookie_jar if one.key == "yima_counter")
        return Known(
            case_no=told.case_no,
            bearer=cast.resident.headers["Authorization"],
            cookie=f"yima_counter={cookie}",
            csrf=cast.clerk.headers["X-Yima-CSRF"],
            resident_id=UUID(cast.resident.me["id"]),
            device=cast.clerk.device,
        )


def live(server: Program) -> Known:
    """Tell the first half of the main job, and keep what opens the doors."""
    return asyncio.run(_live(server.origin))


class Handles:
    """Unused handles; each gives two codes that are good for at least fifteen seconds."""

    def __init__(self, folder: Path, database_url: str, resident_id: UUID) -> None:
        self._settings = Settings(profile="test", data_dir=folder / "data", database_url=SecretStr(database_url))
        self._resident_id = resident_id
        self._keys: list[tuple[str, bytes]] = []

    def issue(self, number: int) -> None:
        """Make ``number`` more."""

        async def fill() -> None:
            async with opened(self._settings) as house:

                async def some(unit: Unit) -> None:
                    for _ in range(number):
                        holder = Holder(
                            self._resident_id,
                            self._resident_id,
                            None,
                            "bench",
                            PORTAL,
                            session_id=new_id(),
                            region=REGION,
                        )
                        made = await house.services.codes.issue(unit, holder)
                        self._keys.append((made.handle, made.key))

                await house.database.unit_of_work(PORTAL, some)

        asyncio.run(fill())

    def codes(self) -> Iterator[str]:
        """Fresh codes of this moment, until they run out."""
        step = dynamic.step_of(time.time())
        while self._keys:
            handle, key = self._keys.pop()
            yield dynamic.compose(key, handle, step, "03")
            yield dynamic.compose(key, handle, step - 1, "03")


OTP = "246810"
_PHONES = itertools.count(13_000_000_000)


class Phones:
    """Phones that were sent a sign-in code and are nobody's yet: each signs in once."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self._settings = Settings(profile="test", data_dir=folder / "data", database_url=SecretStr(database_url))
        self._waiting: list[str] = []

    def issue(self, number: int) -> None:
        """Send ``number`` more their code, all the same one."""

        async def fill() -> None:
            async with opened(self._settings) as house:
                services = house.services
                made = [str(next(_PHONES)) for _ in range(number)]

                async def some(unit: Unit) -> None:
                    rows = []
                    for phone in made:
                        otp_id = new_id()
                        kept = services.vault.search(f"{otp_id}:{OTP}", "otps.code").here
                        index = services.otp.phone_index(phone).here
                        rows.append((otp_id, PORTAL, index, kept, unit.now, unit.now + timedelta(hours=1)))
                    await sql.execute_many(
                        "INSERT INTO otps (id, portal, phone_index, code_hash, created_at, expires_at, attempts) "
                        "VALUES ($1,$2,$3,$4,$5,$6,0)",
                        rows,
                    )

                await house.database.unit_of_work(PORTAL, some)
                self._waiting += made

        asyncio.run(fill())

    def entering(self, path: str, port: int) -> Iterator[bytes]:
        """One sign-in for each phone, until they run out."""
        while self._waiting:
            body = json.dumps({"method": "sms", "phone": self._waiting.pop(), "otp": OTP}).encode()
            yield request("POST", path, port=port, body=body)


_numbers = itertools.count()


def scans(path: str, port: int, known: Known, codes: Iterator[str]) -> Iterator[bytes]:
    """One request for each code, with a key of its own, signed by the counter's device."""
    for text in codes:
        body = json.dumps({"text": text, "purpose": "apply_here"}).encode()
        key = f"bench-{next(_numbers)}"
        signed = known.device.signature("POST", path, body, time=time.time(), key=key)
        yield request(
            "POST", path, port=port, body=body, Cookie=known.cookie, X_Yima_CSRF=known.csrf, Idempotency_Key=key,
            **{name.replace("-", "_"): value for name, value in signed.items()},
        )  # fmt: skip
