"""One good call of everything about ways in, devices, accounts of staff and the console's lock."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime

from server.adapters.proofs_standin import SAMPLE_CARD
from server.domain.staff import totp
from tests.domain.staff.soft_passkey import SoftPasskey
from tests.journeys.people import Counter, Desk, Phone
from tests.journeys.town import PASSWORD, PEOPLE


async def signs_in_elsewhere(phone: Phone) -> dict[str, str]:
    """She looks at her ways in and devices, and signs one of them out."""
    await phone.must("GET", "/api/v1/sign-in-methods")
    await phone.must("GET", "/api/v1/me/accounts")
    async with Phone(phone.origin, phone.number) as lost:
        await lost.sign_in()
        found = await lost.must("GET", "/api/v1/sessions")
        session = next(one["id"] for one in found["sessions"] if one["current"])
        await phone.must("DELETE", f"/api/v1/sessions/{session}", status=204)
        phone.seen += lost.seen
    return {"sessions/session_id": str(session)}


async def proves_more(phone: Phone) -> dict[str, str]:
    """Somebody else proves a name, then a mobile number and a bank card; the other challenge is left open."""
    name, id_number, number = PEOPLE[2]
    async with Phone(phone.origin, number) as other:
        if (await other.sign_in())["loa"] < 3:
            await other.verify(name, id_number)
        await other.must("GET", "/api/v1/me/proofs")
        provings = "/api/v1/me/provings"
        begun = await other.must("POST", provings, {"purpose": "level_4", "way": "phone_and_bank"}, status=201)
        await other.must("GET", f"{provings}/{begun['id']}")
        await other.must("POST", f"{provings}/{begun['id']}/answers", {})
        await other.must("POST", f"{provings}/{begun['id']}/answers", {"card": SAMPLE_CARD})
        phone.seen += other.seen
    return {"provings/id": str(begun["id"])}


async def keeps_the_accounts(desk: Desk) -> None:
    """Roles, an account that is closed, an authenticator that is lost, and a console that nobody is at."""
    staff = "/console/api/v1/staff"
    async with AsyncExitStack() as stack:
        security, administrator = [
            await stack.enter_async_context(Desk(desk.origin, number, PASSWORD)) for number in ("S1", "A1")
        ]
        for one in (security, administrator):
            await one.sign_in()
        await security.must("GET", staff)
        await security.must("PUT", f"{staff}/X1/roles", {"roles": ["clerk"]})
        await security.must("PUT", f"{staff}/X1/scope", {"departments": ["*"], "regions": ["511602"]})
        await security.must(
            "POST", "/console/api/v1/second-factor", {"staff_no": "X1", "password": PASSWORD}, status=201
        )
        await security.must("POST", f"{staff}/X1/recovery", {}, status=204)
        await administrator.must("POST", f"{staff}/X1/recovery/confirmation", {}, status=204)
        async with Desk(desk.origin, "X1", PASSWORD) as holder:
            await chooses_a_second_factor(holder)
            desk.seen += holder.seen
        await security.must("POST", f"{staff}/X1/closing", {}, status=204)
        await security.must("POST", "/console/api/v1/sessions/current/lock", {}, status=204)
        await security.must("POST", "/console/api/v1/sessions/current/unlock", {"password": PASSWORD}, status=204)
        desk.seen += [*security.seen, *administrator.seen]


async def chooses_a_second_factor(holder: Desk) -> None:
    """Passkey and authenticator, each added and removed again, at the name that a passkey is bound to."""
    api = "/console/api/v1"
    named = holder.origin.replace("127.0.0.1", "localhost")
    holder.headers["Host"] = named.removeprefix("http://")
    await holder.sign_in()
    passkey, who = SoftPasskey(), {"staff_no": holder.staff_no, "password": PASSWORD}
    wanted = await holder.must("POST", f"{api}/passkeys/challenge", {}, status=201)
    added = await holder.must("POST", f"{api}/passkeys", passkey.made(wanted, named), status=201)
    await holder.must("GET", f"{api}/factors")
    await holder.must("POST", f"{api}/sessions/current/challenge", {}, status=201)
    asked = await holder.must("POST", f"{api}/passkey-challenges", who, status=201)
    opened = await holder.must("POST", f"{api}/sessions", {**who, "passkey": passkey.shown(asked, named)}, status=201)
    holder.headers["X-Yima-CSRF"] = opened["csrf"]
    for way in (f"{api}/authenticator", f"{api}/passkeys/{added['id']}"):
        seed = (await holder.must("POST", f"{api}/authenticator", {}, status=201))["seed"]
        digits = {"otp": totp.code_of(seed, totp.step_at(datetime.now(UTC)))}
        await holder.must("POST", f"{api}/authenticator/confirmation", digits, status=204)
        await holder.must("DELETE", way, status=204)


async def makes_two_accounts_one(phone: Phone, clerk: Counter) -> None:
    """She has a second phone; her card at the counter shows that both accounts are hers."""
    name, id_number, _ = PEOPLE[0]
    async with Phone(phone.origin, "15400000077") as other:
        await other.sign_in()
        visit = await clerk.must("POST", "/counter/api/v1/scans", {"text": await other.code(), "purpose": "apply_here"})
        card = {"name": name, "id_number": id_number, "card_in_hand": True, "visit_id": visit["visit_id"]}
        await clerk.must("POST", "/counter/api/v1/identity-checks", card, status=201)
        found = await other.must("GET", "/api/v1/me/merge")
        await other.must("POST", "/api/v1/me/merge", {"id": found["id"]}, status=200)
        phone.seen += other.seen
