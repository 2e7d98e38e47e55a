"""One good call of everything that steers what is being sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.people import Desk
from tests.journeys.town import PASSWORD, PEOPLE

CONSOLE = "/console/api/v1"


async def steers(operator: Desk, publisher: Desk, words: dict[str, Any], sent: str) -> None:
    """A notice released for tomorrow is held, slowed and stopped; one that was sent goes out once more."""
    made = await operator.must("POST", f"{CONSOLE}/campaigns", {**words, "title": "明天再发"}, status=201)
    path = f"{CONSOLE}/campaigns/{made['id']}"
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await operator.must("POST", f"{path}/schedule", {"at": tomorrow.isoformat()})
    seen = await operator.must("POST", f"{path}/submission", {})
    approval = {"content_hash": seen["content_hash"], "people": seen["people"]}
    await publisher.must("POST", f"{path}/approval", approval)
    await operator.must("POST", f"{path}/pace", {"rate": 5})
    await operator.must("POST", f"{path}/pause", {})
    await operator.must("POST", f"{path}/resumption", {})
    await operator.must("POST", f"{path}/stop", {})
    await _again(operator, f"{CONSOLE}/campaigns/{sent}")
    look = {"phone": PEOPLE[0][2], "reason": "asked"}
    found = await operator.must("POST", f"{CONSOLE}/notice-looks", look)
    await operator.must("POST", f"{CONSOLE}/notice-record/export", {"what": "campaign"})
    async with Desk(operator.origin, "ALL", PASSWORD) as chief:
        await chief.sign_in()
        await _tries(chief, publisher, found["resident_id"])
        operator.seen += chief.seen


async def _tries(chief: Desk, publisher: Desk, tester: str) -> None:
    """A department is put on trial and let out again by two people."""
    limits = {"name": "试用的部门", "people_a_day": 100, "yuan_a_day": 0}
    team = await chief.must("POST", f"{CONSOLE}/teams", limits)
    path = f"{CONSOLE}/teams/{team['id']}"
    await chief.must("POST", f"{path}/trial", {})
    await chief.must("POST", f"{path}/testers", {"phone": PEOPLE[0][2]})
    await chief.must("POST", f"{path}/testers/removal", {"resident_id": tester})
    await chief.must("POST", f"{path}/trial-end", {})
    await publisher.must("POST", f"{path}/trial-end/confirmation", {})


async def _again(operator: Desk, path: str) -> None:
    """Its result, a correction of it, and another channel for whoever was not reached."""
    for _ in range(100):
        if (await operator.must("GET", path))["state"] == "finished":
            break
        await asyncio.sleep(0.1)
    await operator.must("POST", f"{path}/export", {})
    body = {"kind": "correction", "title": "更正", "body": "以今天的为准。"}
    await operator.must("POST", f"{path}/follow-ups", body, status=201)
    await operator.must("POST", f"{path}/resending", {"channel": "email"})
