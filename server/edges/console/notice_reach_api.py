"""How notices reached people: the story of one, and the letters and visits that no channel could replace."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from notify import ladders, paper
from notify.errors import NoticeMissing
from server.web.operations import Call, NoBody, NoQuery, Operations, Staff
from server.web.shapes import Instant, Wire
from server.web.why_words import told

operations = Operations(tag="console-notices")
DESK = Staff("notices.paper")


class WayTold(Wire):
    """One way, in words."""

    channel: str
    label: str
    text: str
    at: Instant | None = None


class NoticeWhy(Wire):
    """Why one notice came the way it did; no words of the notice, no person."""

    because: str
    ways: list[WayTold]
    left_out: list[WayTold]
    held: str | None
    end: str | None


class PaperQuery(Wire):
    """Which tasks."""

    state: Literal["open", "sent", "handed", "returned"] = "open"
    cursor: Annotated[str, Field(max_length=200)] = ""


class PaperTaskShown(Wire):
    """One letter to post or visit to make; the name is masked."""

    id: UUID
    notice: UUID
    name_masked: str
    region: str
    state: Literal["open", "sent", "handed", "returned"]
    kind: Literal["", "letter", "visit"]
    staff_no: str
    created_at: Instant
    updated_at: Instant


class PaperTaskPage(Wire):
    """Newest first."""

    tasks: list[PaperTaskShown]
    next_cursor: str | None


class PaperResult(Wire):
    """What was done and how it ended. A visit is handed over or not met; only a letter is sent."""

    kind: Literal["letter", "visit"]
    outcome: Literal["sent", "handed", "returned"]


@operations.get(
    "/console/api/v1/notices/{id}/why",
    name="explainNotice",
    summary="Why a resident did (not) get one notice: every way and what became of it",
    access=Staff("notices.explain"),
    answer=NoticeWhy,
    problems=("notice-not-found",),
)
async def explain(call: Call[NoBody, NoQuery]) -> NoticeWhy:
    """The stored reasons in words."""
    story = await ladders.why(call.unit, call.path_id("id"))
    if story is None:
        raise NoticeMissing()
    return NoticeWhy.model_validate(told(call, story))


@operations.get(
    "/console/api/v1/paper-tasks",
    name="listPaperTasks",
    summary="Notices that need a letter or a visit",
    access=DESK,
    query=PaperQuery,
    answer=PaperTaskPage,
    problems=("invalid-input",),
)
async def tasks(call: Call[NoBody, PaperQuery]) -> PaperTaskPage:
    """One page: two statements."""
    found, cursor = await paper.page(call.unit, call.query.state, call.query.cursor)
    names = await call.services.residents.masked(call.unit, sorted({one.recipient for one in found}))
    return PaperTaskPage(tasks=[_shown(one, names) for one in found], next_cursor=cursor)


@operations.post(
    "/console/api/v1/paper-tasks/{id}/result",
    name="settlePaperTask",
    summary="Posted, handed over or come back",
    access=DESK,
    body=PaperResult,
    answer=PaperTaskShown,
    status=200,
    problems=("paper-task-not-found", "paper-task-over"),
)
async def settle(call: Call[PaperResult, NoQuery]) -> PaperTaskShown:
    """The same again changes nothing; each change is recorded."""
    before = await paper.one(call.unit, call.path_id("id"))
    task = await paper.settle(call.unit, call.actor, before.id, call.body.kind, call.body.outcome)
    if task.state != before.state:
        await call.services.audit.record(
            call.unit, call.actor, "notice.paper", subject_kind="notice", subject=str(task.message_id),
            resident_id=task.recipient, region=task.region, outcome=f"{task.kind}-{task.state}",
        )  # fmt: skip
    names = await call.services.residents.masked(call.unit, [task.recipient])
    return _shown(task, names)


def _shown(task: paper.PaperTask, names: dict[UUID, str]) -> PaperTaskShown:
    facts: dict[str, Any] = {"state": task.state, "kind": task.kind}
    return PaperTaskShown(
        id=task.id, notice=task.message_id, name_masked=names.get(task.recipient, ""), region=task.region,
        staff_no=task.staff_no, created_at=task.created_at, updated_at=task.updated_at, **facts,
    )  # fmt: skip
