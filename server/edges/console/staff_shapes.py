"""What the console's session and audit calls carry."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.domain.sessions.callers import StaffRole
from server.domain.staff.scopes import MOST
from server.edges.console.factor_shapes import PasskeyAnswer
from server.web.shapes import Instant, Wire


class SignIn(Wire):
    """A number and a password."""

    staff_no: Annotated[str, Field(min_length=1, max_length=32)]
    password: Annotated[str, Field(min_length=1, max_length=200)]
    otp: Annotated[str, Field(max_length=8, pattern=r"^[0-9]*$", description="the authenticator's code")] = ""
    passkey: PasskeyAnswer | None = None


class Enrol(Wire):
    """Who sets an authenticator up, or is to be asked for a passkey: the password has to fit."""

    staff_no: Annotated[str, Field(min_length=1, max_length=32)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class Seed(Wire):
    """A fresh seed, shown once; it counts from the first sign-in with one of its codes on."""

    seed: str
    uri: str


class Unlock(Wire):
    """The holder of a locked session shows up again, with password and, where there is one, the second factor."""

    password: Annotated[str, Field(min_length=1, max_length=200)]
    otp: Annotated[str, Field(max_length=8, pattern=r"^[0-9]*$")] = ""
    passkey: PasskeyAnswer | None = None


class RosterQuery(Wire):
    """Go on after this staff number."""

    cursor: Annotated[str, Field(max_length=32)] = ""


class ColleagueShown(Wire):
    """One line of the roster."""

    staff_no: str
    name: str
    department: str
    roles: list[str]
    has_second_factor: bool
    recovery_asked: bool
    disabled_at: Instant | None
    region: str
    departments: Annotated[list[str], Field(description="whose matters; none = the own department's; * = all")]
    regions: Annotated[list[str], Field(description="where; none = the own region")]


class RosterPage(Wire):
    """Who works here, by staff number."""

    staff: list[ColleagueShown]
    next_cursor: str | None


class Roles(Wire):
    """What somebody may do from now on."""

    roles: Annotated[list[StaffRole], Field(max_length=9)]


Region = Annotated[str, Field(pattern=r"^[0-9]{6}([0-9]{6})?$")]
Department = Annotated[str, Field(min_length=1, max_length=128)]


class ScopeGiven(Wire):
    """Whose matters, and where. Empty = the own department, the own region; ``*`` = every department."""

    departments: Annotated[list[Department], Field(max_length=MOST)] = Field(default_factory=list)
    regions: Annotated[list[Region], Field(max_length=MOST)] = Field(default_factory=list)


class StaffShown(Wire):
    """Who is signed in."""

    staff_no: str
    name: str
    roles: list[str]
    department: str


class StaffSession(Wire):
    """An open session: its cookie is set beside; ``csrf`` goes into the header of every change."""

    staff: StaffShown
    csrf: str


class AuditQuery(Wire):
    """Narrow to one subject, person, employee, kind of action or time, or to looks of which a resident said that she
    was not there; go on where the last page ended. ``since`` and ``until`` are legal days, both included."""

    subject: Annotated[str, Field(max_length=64)] = ""
    resident: Annotated[str, Field(max_length=36)] = ""
    staff_no: Annotated[str, Field(max_length=32)] = ""
    action: Annotated[str, Field(max_length=64, pattern=r"^[a-z_.]*$")] = ""
    since: Annotated[str, Field(max_length=10, pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    until: Annotated[str, Field(max_length=10, pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    view: Literal["", "disputed"] = ""
    cursor: Annotated[str, Field(max_length=64)] = ""


class PersonSought(Wire):
    """Whose part of the record is wanted; a reason, because the person is told of it."""

    name: Annotated[str, Field(min_length=2, max_length=50)]
    id_number: Annotated[str, Field(min_length=8, max_length=20)]
    reason: Literal["complaint", "inspection", "court", "own_request"]


class PersonFound(Wire):
    """The id under which the record knows this person."""

    resident: str
    name_masked: str


class SealsShown(Wire):
    """How the record is sealed now. ``waiting``: entries in no seal yet."""

    number: int
    sealed_at: Instant | None
    key_id: str
    is_signed: bool
    waiting: int
    heads: int
    last_head_at: str


class VerifyFrom(Wire):
    """Check the seals after this one."""

    after: Annotated[int, Field(ge=0, le=2_000_000_000)] = 0


class FaultShown(Wire):
    """Something that is not as it was sealed."""

    kind: str
    label: str
    seal: int
    entry: str | None


class VerifiedSome(Wire):
    """How far it is. ``over``: that was the last; ``is_signed``: every seal of this step carries a good signature."""

    last: int
    entries: int
    faults: list[FaultShown]
    is_signed: bool
    over: bool


class AuditShown(Wire):
    """One entry: ids and words. ``note``: what an employee wrote to a full view, for the auditor alone.
    ``account_label``: of a person who was sought, that it is about an account of hers that was merged since."""

    id: str
    at: Instant
    actor: str
    action: str
    action_label: str
    subject_kind: str
    subject: str
    outcome: str
    outcome_label: str
    purpose: str
    fields: list[str]
    place: str
    account_label: str = ""
    note: str = ""


class AuditPage(Wire):
    """Entries, newest first."""

    entries: list[AuditShown]
    next_cursor: str | None
