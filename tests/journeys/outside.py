"""A town served by processes of their own: staffed here first, then started."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr

from config.settings import Demo, Settings
from server.adapters.migrate import migrate
from server.opening import opened
from tests.journeys.town import employ
from tests.services.databases import migrated_file
from tests.services.program import Program

# No limit is what these tests are about, so none may stand in their way.
UNLIMITED = {
    "limits__requests_per_minute": "0",
    "limits__otp_resend_seconds": "0",
    "limits__otp_per_phone_hour": "100000",
    "limits__otp_per_phone_day": "100000",
    "limits__otp_per_address": "100000",
    "limits__pending_files": "100000",
    "limits__password_attempts": "100000",
    "limits__terminal_failures": "1000000",
    "limits__terminal_scans_per_minute": "0",
    "limits__terminal_enrolments_per_address": "100000",
    "limits__terminal_enrolments_per_portal": "100000",
}
STAFF = (
    ("H1", ("handler",), ""),
    ("H2", ("handler",), ""),
    ("O1", ("operator",), ""),
    ("P1", ("publisher",), ""),
    ("A1", ("administrator", "hall_manager"), ""),
    ("A2", ("auditor",), ""),
    ("S1", ("security_administrator",), ""),
    ("X1", ("agent",), ""),
    ("ALL", ("handler", "operator", "publisher", "administrator", "hall_manager", "agent", "clerk"), ""),
    ("C1", ("clerk",), "1 号窗口"),
)
AWAY = {
    "AWAY": ("handler", "operator", "publisher", "administrator", "hall_manager", "clerk"),
    "AWAY-S": ("security_administrator",),
    "AWAY-U": ("auditor",),
}
"""The same work in a neighbouring region of the same portal: nothing of this one is there for them."""
AWAY_REGION = "511603000000"


def staff_a_town(
    folder: Path, *, database_url: str = "", more: Sequence[tuple[str, tuple[str, ...], str]] = ()
) -> None:
    """Migrate the database that a ``Program`` in ``folder`` will use, publish the items, and employ people."""
    settings = Settings(
        profile="test",
        data_dir=folder / "data",
        database_url=SecretStr(database_url),
        demo=Demo(year_shift=120, staff_password=SecretStr("")),
    )

    async def fill() -> None:
        await migrate(settings.storage_url(migrating=True))
        async with opened(settings) as house:
            for staff_no, roles, counter in (*STAFF, *more):
                await employ(house, staff_no, roles, counter=counter)
            for staff_no, held in AWAY.items():
                await employ(house, staff_no, held, region=AWAY_REGION)
            await employ(house, "OTHER", STAFF[0][1], department="区民政局")

    if not database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(migrated_file(), settings.storage_url().removeprefix("sqlite://"))
    asyncio.run(fill())


def program(folder: Path, *, cpus: set[int] | None = None, **settings: str) -> Program:
    """A server of the test profile for the town in ``folder``."""
    return Program(folder, cpus=cpus, **{"profile": "test", "demo__year_shift": "120", **UNLIMITED, **settings})
