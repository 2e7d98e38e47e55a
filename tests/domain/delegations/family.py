"""A daughter, her father, and clerks who have seen their cards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from config.floor import sql
from config.floor.unit import legal_day
from tests.journeys.people import Phone
from tests.journeys.town import Town

FATHER = {"name": "王德山", "id_number": "511602182503121178"}
DAUGHTER = {"name": "王秀兰", "id_number": "511602186209161281", "phone": "15400000001"}
AGENT = {"name": "李建国", "phone": "15400000003"}
ITEM = "printing-licence"
PATH, FOR = "/api/v1/delegations", "X-Yima-On-Behalf-Of"


async def trusted(town: Town, which: int = 0) -> Phone:
    """A resident whose card a counter has seen, as the row says afterwards: LoA 5."""
    phone = await town.resident(which)
    await sql.execute("UPDATE residents SET loa = 5 WHERE id = $1", phone.me["id"])
    await sql.execute(
        "UPDATE sessions SET facts = $1 WHERE subject = $2", '{"loa":5,"language":"zh-CN"}', phone.me["id"]
    )
    return phone


def offer(town: Town, days: int = 30, **other: Any) -> dict[str, Any]:
    """What 王秀兰 gives to 李建国."""
    today = legal_day(datetime.fromtimestamp(town.now(), UTC))
    return {
        "kind": "relative", "side": "principal", "other": dict(AGENT), "relation": "friend",
        "scope": {"items": [ITEM], "purposes": ["apply_here"]}, "last_day": (today + timedelta(days=days)).isoformat(),
        **other,
    }  # fmt: skip


async def given(town: Town, **other: Any) -> tuple[Phone, Phone, str]:
    """A delegation in force: who gave it, who has it, its id."""
    principal, delegate = await trusted(town, 0), await trusted(town, 1)
    made = await principal.must("POST", PATH, offer(town, **other), status=201)
    done = await delegate.must("POST", f"{PATH}/{made['id']}/acceptance", {"accept": True})
    assert done["state"] == "active", done
    return principal, delegate, made["id"]


async def acts_for(town: Town, delegate: Phone, delegation: str) -> Phone:
    """The same phone's calls on behalf of the other: a second visitor with the same session."""
    other = await town.invite(Phone(town.origin, delegate.number))
    other.headers |= {**delegate.headers, FOR: delegation}
    other.me = delegate.me
    return other
