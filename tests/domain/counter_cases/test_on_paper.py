"""A credential at the 办事 counter, over HTTP: nothing is offered or done on it before its card was compared."""

from __future__ import annotations

from typing import Any

from codes import holder_proof
from tests.domain.counter_cases.test_over_http import ITEM, application, concluded, shown
from tests.domain.credentials.test_over_http import DEVICE, device_key, ordered
from tests.domain.visits.test_papers import looked
from tests.journeys.people import Counter
from tests.journeys.town import Town


def path_of(seen: dict[str, Any]) -> str:
    return f"/counter/api/v1/visits/{seen['visit_id']}"


def offered(seen: dict[str, Any]) -> list[str]:
    return [one["code"] for one in seen["next_steps"]]


async def held_back(clerk: Counter, seen: dict[str, Any]) -> None:
    """Everything that a look may be used for is refused, and says why."""
    visit, body = path_of(seen), {"item": ITEM, "answers": {}, "materials": [], "way": "phone"}
    for method, path, sent in (
        ("GET", f"{visit}/prefill?item={ITEM}", None), ("POST", f"{visit}/cases", body),
        ("GET", f"{visit}/tickets", None),
        ("POST", "/counter/api/v1/tickets", {"visit_id": seen["visit_id"], "business": "licence"}),
    ):  # fmt: skip
        refused = await clerk.refused(method, path, sent, code="card-not-compared")
        assert "证件一致，是本人" in refused["detail"]


async def test_nothing_is_offered_or_done_on_a_named_paper_before_its_card_was_compared(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper = (await ordered(phone, "T1"))["text"]
    before = await looked(clerk, paper)
    again = await clerk.must("GET", path_of(before))
    assert (before["credential"]["card_needed"], offered(before), offered(again)) == (True, [], [])
    await held_back(clerk, before)
    after = await looked(clerk, paper, card_in_hand=True)
    assert (offered(after), after["card"]["confirmed_at"]) == (["accept"], after["at"])
    visit = path_of(after)
    made = await clerk.must("POST", f"{visit}/cases", await application(clerk, visit, "paper"), status=201)
    assert made["state"] == "confirmed"
    lines = (await phone.must("GET", "/api/v1/visits"))["visits"]
    assert [one["card_in_hand"] for one in lines] == [True, False]


async def test_a_number_waits_for_the_card_too_and_a_basic_paper_has_none_to_wait_for(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    named = await looked(clerk, (await ordered(phone, "T1"))["text"], "hall_queue")
    await held_back(clerk, named)
    basic = await looked(clerk, (await ordered(phone, "T0"))["text"], "hall_queue", card_in_hand=True)
    body = {"visit_id": basic["visit_id"], "business": "licence"}
    await clerk.must("POST", "/counter/api/v1/tickets", body, status=201)


async def test_a_result_is_not_handed_over_for_what_anybody_may_have_copied(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    own = await shown(server, phone, clerk, card=True)
    made = await clerk.must("POST", f"{own}/cases", await application(clerk, own, "paper"), status=201)
    await concluded(server, phone, made["case_no"])
    body = {"case_no": made["case_no"]}
    basic = await looked(clerk, (await ordered(phone, "T0"))["text"])
    assert offered(basic) == ["continue", "accept", "review"]
    await clerk.refused("POST", f"{path_of(basic)}/handovers", body, code="card-not-compared")
    named = await looked(clerk, (await ordered(phone, "T1"))["text"], card_in_hand=True)
    assert "hand_over" in offered(named)
    await clerk.must("POST", f"{path_of(named)}/handovers", body, status=201)


async def test_a_live_copy_of_the_masked_tier_is_as_good_as_a_code(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    copy = (await ordered(phone, "T0", "phone", device_key=device_key()))["text"]
    seen = await looked(clerk, holder_proof.show(copy, DEVICE, int(server.now())))
    assert offered(seen) == ["accept"]
