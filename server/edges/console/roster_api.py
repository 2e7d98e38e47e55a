"""Accounts of staff: the roster, roles, closing an account, and the way back for who lost an authenticator."""

from __future__ import annotations

from server.domain.staff.roster import PAGE
from server.domain.staff.scopes import Given
from server.edges.console.staff_shapes import ColleagueShown, Roles, RosterPage, RosterQuery, ScopeGiven
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff

operations = Operations(tag="console-staff")
_MANAGE = Staff("staff.manage")
_RECOVER = Staff("staff.recover")


@operations.get(
    "/console/api/v1/staff",
    name="listStaff",
    summary="Who works here, by staff number",
    access=Staff("staff.read"),
    query=RosterQuery,
    answer=RosterPage,
)
async def roster(call: Call[NoBody, RosterQuery]) -> RosterPage:
    """One query, whatever the length."""
    found = await call.services.roster.page(call.unit, after=call.query.cursor, scope=call.staff.scope)
    shown = [
        ColleagueShown(
            staff_no=one.staff_no, name=one.name, department=one.department, roles=list(one.roles),
            has_second_factor=one.has_second_factor, recovery_asked=one.recovery_asked, disabled_at=one.disabled_at,
            region=one.region, departments=list(one.given.departments), regions=list(one.given.regions),
        )
        for one in found
    ]  # fmt: skip
    return RosterPage(staff=shown, next_cursor=shown[-1].staff_no if len(shown) == PAGE else None)


@operations.put(
    "/console/api/v1/staff/{staff_no}/roles",
    name="giveRoles",
    summary="Replace somebody's roles; that person's sessions end",
    access=_MANAGE,
    body=Roles,
    problems=("not-found", "administrators-apart", "own-account"),
)
async def give_roles(call: Call[Roles, NoQuery]) -> None:
    await call.services.roster.give_roles(call.unit, call.actor, call.path["staff_no"], call.body.roles)


@operations.put(
    "/console/api/v1/staff/{staff_no}/scope",
    name="giveScope",
    summary="Whose matters somebody sees, and where; that person's sessions end",
    access=_MANAGE,
    body=ScopeGiven,
    problems=("not-found", "own-account", "invalid-input"),
)
async def give_scope(call: Call[ScopeGiven, NoQuery]) -> None:
    """Nothing named = the own department and region again."""
    given = Given(tuple(call.body.departments), tuple(call.body.regions))
    await call.services.roster.give_scope(call.unit, call.actor, call.path["staff_no"], given, place=call.portal.region)


@operations.post(
    "/console/api/v1/staff/{staff_no}/closing",
    name="closeStaffAccount",
    summary="Close an account; every session of it is over at once",
    access=_MANAGE,
    status=204,
    problems=("not-found", "own-account"),
)
async def close(call: Call[NoBody, NoQuery]) -> None:
    await call.services.roster.disable(call.unit, call.actor, call.path["staff_no"])


@operations.post(
    "/console/api/v1/staff/{staff_no}/recovery",
    name="askRecovery",
    summary="Say that somebody's authenticator is lost",
    access=_RECOVER,
    status=204,
    problems=("not-found",),
)
async def ask_recovery(call: Call[NoBody, NoQuery]) -> None:
    staff_id = await call.services.staff.staff_id(call.unit, call.path["staff_no"])
    await call.services.second_factor.ask_recovery(call.unit, call.actor, staff_id)


@operations.post(
    "/console/api/v1/staff/{staff_no}/recovery/confirmation",
    name="confirmRecovery",
    summary="Agree as the second person: the authenticator is forgotten",
    access=_RECOVER,
    status=204,
    problems=("not-found", "recovery-same-person"),
)
async def confirm_recovery(call: Call[NoBody, NoQuery]) -> None:
    staff_id = await call.services.staff.staff_id(call.unit, call.path["staff_no"])
    await call.services.second_factor.confirm_recovery(call.unit, call.actor, staff_id)
