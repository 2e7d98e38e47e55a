"""The accounts by which a resident is known: linked while signed in, and let go again."""

from __future__ import annotations

from config.floor.refusal import Missing, Refusal
from miniapp_api.wire.me import AccountLink, Accounts, AccountShape
from server.domain.residents.ways import Given
from server.domain.sessions.errors import MethodUnknown
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="me")


@operations.get("/api/v1/me/accounts", name="listAccounts", summary="My accounts", access=Resident(), answer=Accounts)
async def accounts(call: Call[NoBody, NoQuery]) -> Accounts:
    """Without the accounts' own names: nobody needs them here."""
    found = await call.services.residents.bindings.of(call.unit, call.resident.resident_id)
    return Accounts(accounts=[AccountShape(method=one.provider, linked_at=one.bound_at) for one in found])


@operations.post(
    "/api/v1/me/accounts",
    name="linkAccount",
    summary="Link an account, so that it lets me in",
    access=Resident(),
    body=AccountLink,
    status=204,
    own_unit=True,
    problems=(
        "sign-in-method-unknown",
        "way-refused",
        "way-unavailable",
        "account-taken",
        "identity-taken",
        "legal-person-here",
    ),
)
async def link(call: Call[AccountLink, NoQuery]) -> Refusal | None:
    """The provider says whose account it is; linking the same one again changes nothing. What it proves about an
    earlier account of mine is kept: ``/me/merge``."""
    way = call.services.ways.get(call.body.method)
    if way is None:
        raise MethodUnknown()
    came = await way.exchange(Given(call.body.code))
    me = call.resident
    arrivals = call.services.arrivals
    return await call.decide(lambda unit: arrivals.bind(unit, me.actor, me.resident_id, came, session_id=me.session_id))


@operations.delete(
    "/api/v1/me/accounts/{method}",
    name="unlinkAccount",
    summary="Let go of my accounts of one way",
    access=Resident(),
    problems=("not-found", "last-way-in"),
)
async def unlink(call: Call[NoBody, NoQuery]) -> None:
    """Never the last way in."""
    released = await call.services.arrivals.release(
        call.unit, call.actor, call.resident.resident_id, call.path["method"]
    )
    if not released:
        raise Missing()
