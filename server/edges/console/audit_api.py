"""The auditor's reading of the record."""

from __future__ import annotations

import re
from uuid import UUID

from config.floor.refusal import FieldFault, Invalid
from server.domain.audit.service import AuditLine
from server.edges.console.staff_shapes import AuditPage, AuditQuery, AuditShown
from server.web.operations import Call, NoBody, Operations, Staff

operations = Operations(tag="console-audit")
_PAGE = 50
_SPACES = re.compile(r"\s+")


@operations.get(
    "/console/api/v1/audit",
    name="listAuditEntries",
    summary="Who did what, newest first",
    access=Staff("audit.read"),
    query=AuditQuery,
    answer=AuditPage,
    problems=("invalid-input",),
)
async def entries(call: Call[NoBody, AuditQuery]) -> AuditPage:
    """One page of the portal's entries; reading it is not itself recorded as a look at a person."""
    subject = _SPACES.sub("", call.query.subject)
    found = await call.services.audit.of_portal(
        call.unit, subject, _cursor(call.query.cursor), _PAGE + 1, disputed=call.query.view == "disputed",
        scope=call.staff.scope,
    )  # fmt: skip
    shown = [_shown(call, line) for line in found[:_PAGE]]
    more = len(found) > _PAGE
    return AuditPage(entries=shown, next_cursor=shown[-1].id if more else None)


def _cursor(text: str) -> str | None:
    if not text:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        raise Invalid(faults=(FieldFault("cursor", "cursor"),)) from None


def _shown(call: Call[NoBody, AuditQuery], line: AuditLine) -> AuditShown:
    return AuditShown(
        id=str(line.id),
        at=line.at,
        actor=_actor(call, line),
        action=line.action,
        action_label=_word(call, f"console.actions.{line.action}", line.action),
        subject_kind=line.subject_kind,
        subject=line.subject,
        outcome=line.outcome,
        outcome_label=_word(call, f"console.outcomes.{line.outcome}", line.outcome),
        purpose=line.purpose,
        fields=list(line.fields),
        place=line.place,
    )


def _actor(call: Call[NoBody, AuditQuery], line: AuditLine) -> str:
    return line.actor_label if line.actor_kind == "staff" else call.text(f"console.actors.{line.actor_kind}")


def _word(call: Call[NoBody, AuditQuery], key: str, otherwise: str) -> str:
    return call.text(key) if call.services.wording.has(key) else otherwise
