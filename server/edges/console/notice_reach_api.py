"""How notices reached people: the story of one, and the letters and visits that no channel could replace."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from config.floor.unit import Unit
from notify import ladders, paper
from notify.errors import NoticeMissing
from notify.letter import LetterWords
from server.web.letters import letter_file, written
from server.web.operations import AnyCall, Call, NoBody, NoQuery, Operations, Staff
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
    region: Annotated[str, Field(pattern=r"^([0-9]{12})?$")] = ""
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
    reason: str
    prints: int
    may_undo: bool
    created_at: Instant
    updated_at: Instant


class PaperTaskPage(Wire):
    """Newest first."""

    tasks: list[PaperTaskShown]
    next_cursor: str | None


class PaperResult(Wire):
    """What was done and how it ended. A visit is handed over or not met; only a letter is sent. ``reason``: why it came
    back."""

    kind: Literal["letter", "visit"]
    outcome: Literal["sent", "handed", "returned"]
    reason: paper.Reason = ""


class LettersWanted(Wire):
    """Whose letters, in the order of printing."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]


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
    found, cursor = await paper.page(
        call.unit, call.query.state, call.query.cursor, call.query.region, scope=call.staff.scope
    )
    names = await call.services.residents.masked(call.unit, sorted({one.recipient for one in found}))
    return PaperTaskPage(tasks=[_shown(call, one, names) for one in found], next_cursor=cursor)


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
    task = await paper.settle(call.unit, call.actor, before.id, call.body.kind, call.body.outcome, call.body.reason)
    if task.state != before.state:
        await call.services.audit.record(
            call.unit, call.actor, "notice.paper", subject_kind="notice", subject=str(task.message_id),
            resident_id=task.recipient, region=task.region, outcome=f"{task.kind}-{task.state}",
        )  # fmt: skip
    names = await call.services.residents.masked(call.unit, [task.recipient])
    return _shown(call, task, names)


@operations.post(
    "/console/api/v1/paper-tasks/{id}/undoing",
    name="undoPaperTask",
    summary="Take back what was just written down",
    access=DESK,
    answer=PaperTaskShown,
    status=200,
    problems=("paper-task-not-found", "paper-task-kept"),
)
async def undo(call: Call[NoBody, NoQuery]) -> PaperTaskShown:
    """Within half an hour, by whoever wrote it."""
    task = await paper.undo(call.unit, call.actor, call.path_id("id"))
    await call.services.audit.record(
        call.unit, call.actor, "notice.undo", subject_kind="notice", subject=str(task.message_id),
        resident_id=task.recipient, region=task.region,
    )  # fmt: skip
    return _shown(call, task, await call.services.residents.masked(call.unit, [task.recipient]))


@operations.post(
    "/console/api/v1/paper-tasks/letters",
    name="printLetters",
    summary="The letters of these tasks, as one PDF",
    access=DESK,
    body=LettersWanted,
    media="binary",
    own_unit=True,
    limit=20,
    problems=("paper-task-not-found", "message-not-found"),
)
async def letters(call: Call[LettersWanted, NoQuery]) -> web.Response:
    """Each carries its resident's full name and the notice: recorded for each, and again when it is printed again."""

    async def take(unit: Unit) -> list[LetterWords]:
        tasks = await paper.some(unit, call.body.ids, scope=call.staff.scope)
        made = await written(call, unit, tasks)
        await paper.printed(unit, [one.id for one in tasks])
        for one in tasks:
            await call.services.audit.record(
                unit, call.actor, "notice.letter", subject_kind="notice", subject=str(one.message_id),
                resident_id=one.recipient, region=one.region, outcome="printed-again" if one.prints else "printed",
                fields=("name", "notice"), place=call.staff.department[:128],
            )  # fmt: skip
        return made

    wanted: list[LetterWords] = await call.decide(take)
    return await letter_file(call, wanted)


def _shown(call: AnyCall, task: paper.PaperTask, names: dict[UUID, str]) -> PaperTaskShown:
    facts: dict[str, Any] = {"state": task.state, "kind": task.kind}
    return PaperTaskShown(
        id=task.id, notice=task.message_id, name_masked=names.get(task.recipient, ""), region=task.region,
        staff_no=task.staff_no, reason=task.reason, prints=task.prints,
        may_undo=task.may_undo(call.staff.staff_no, call.unit.now), created_at=task.created_at,
        updated_at=task.updated_at, **facts,
    )  # fmt: skip
