"""Proving an identity over HTTP while the register does not answer: nothing was checked, so nothing is counted."""

from __future__ import annotations

from tests.journeys.town import PEOPLE, Town
from tests.journeys.visitor import must_problem


async def test_a_register_that_is_away_uses_no_attempt_up(server: Town) -> None:
    name, id_number, _ = PEOPLE[0]
    phone = await server.resident(loa=2)
    claim = {"method": "name_and_id", "name": name, "id_number": id_number}
    server.register.mode = "down"
    for _ in range(7):  # more than a day's five checks
        must_problem(await phone.call("POST", "/api/v1/me/verifications", body=claim), "identity-register-unavailable")
    server.register.mode = "well"
    assert (await phone.call("POST", "/api/v1/me/verifications", body=claim)).status == 201
