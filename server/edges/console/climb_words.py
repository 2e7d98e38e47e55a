"""The ladder of one notice in plain words, as it went; and the one that a notice would take now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notify.history import MessageStory, ReceiptLine, Step, Try
from notify.ladders import Why
from notify.steps import PAPER, Plan
from server.edges.console.watch_words import Speaker
from server.web.operations import AnyCall

SILENT = frozenset({"not-offered"})
"""Reasons that say nothing about this person."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One way: its name, and what happened there or why it was left out, sentence by sentence. ``taken``: it was, or
    would be, gone."""

    channel: str
    label: str
    taken: bool
    sentences: tuple[str, ...]


def climbed(call: AnyCall, story: MessageStory, why: Why | None) -> list[Rung]:
    """Every way in the order of the ladder, the left out ones with their reason, then what is still planned."""
    say = Speaker(call)
    rungs = [_rung(call, say, story, step) for step in story.steps]
    if why is None:
        return rungs
    left = [
        Rung(channel, say.channel(channel), False, (_left_out(call, reason),))
        for channel, reason in why.left_out.items()
        if reason not in SILENT
    ]
    planned = [Rung(one, say.channel(one), False, (call.text("climb.planned"),)) for one in why.planned]
    inbox = [one for one in rungs if one.channel in ("inbox", "live")]
    return [*inbox, *left, *(one for one in rungs if one not in inbox), *planned]


def ended(call: AnyCall, why: Why | None) -> str:
    """How the ladder stands, in a sentence; "" where there is none."""
    if why is None or not why.state:
        return ""
    if why.state == "climbing":
        return call.text("climb.ends.climbing")
    key = f"climb.ends.{why.reason}"
    return call.text(key) if call.services.wording.has(key) else ""


def _rung(call: AnyCall, say: Speaker, story: MessageStory, step: Step) -> Rung:
    return Rung(step.channel, say.channel(step.channel), True, tuple(_sentences(call, say, story, step)))


def _sentences(call: AnyCall, say: Speaker, story: MessageStory, step: Step) -> list[str]:
    if step.channel == "inbox":
        read = story.head.read_at
        told = [call.text("climb.inbox", at=say.exact(story.head.created_at))]
        return [*told, call.text("climb.read", at=say.exact(read))] if read else told
    if step.channel == PAPER and step.state not in ("pending", "submitting"):
        key = f"climb.paper.{step.reason}"
        known = step.reason and call.services.wording.has(key)
        return [call.text(key if known else "climb.paper.open", at=say.exact(step.updated_at))]
    happened = [(one.at, _tried(call, say, step, one)) for one in story.tries if one.delivery_id == step.id]
    happened += [
        (one.received_at, _receipt(call, say, one)) for one in story.receipts if one.client_msg_id == step.client_msg_id
    ]
    sentences = [text for _, text in sorted(happened, key=lambda one: one[0])]
    if step.state == "pending":
        sentences.append(call.text("climb.due" if step.attempt == 0 else "climb.again", at=say.exact(step.next_at)))
    elif step.state == "unknown" and step.channel != "live":  # an open page sends no receipts
        sentences.append(call.text("climb.no_receipt"))
    elif not sentences:
        cause = say.reason(step.reason) if step.reason else say.word("states", step.state)
        sentences.append(call.text("climb.untried", at=say.exact(step.updated_at), cause=cause))
    return sentences


def _tried(call: AnyCall, say: Speaker, step: Step, one: Try) -> str:
    provider = say.word("providers", step.provider) if step.provider else call.text("climb.us")
    cause = call.text("climb.because", cause=say.reason(one.reason)) if one.reason else ""
    return call.text(f"climb.tried.{one.outcome}", at=say.exact(one.at), provider=provider, cause=cause)


def _receipt(call: AnyCall, say: Speaker, one: ReceiptLine) -> str:
    late = call.text("climb.late") if one.note == "late" else ""
    cause = call.text("climb.because", cause=say.reason(one.reason)) if one.reason else ""
    return call.text(f"climb.receipts.{one.outcome}", at=say.exact(one.received_at), cause=cause) + late


def _left_out(call: AnyCall, reason: str) -> str:
    key = f"climb.left_out.{reason}"
    return call.text(key) if call.services.wording.has(key) else reason


def foreseen(call: AnyCall, plans: Mapping[str, Plan]) -> list[tuple[str, list[Rung]]]:
    """(category, its rungs) of what a notice would take now."""
    say = Speaker(call)
    return [(say.word("categories", category), _foreseen(call, say, plan)) for category, plan in plans.items()]


def _foreseen(call: AnyCall, say: Speaker, plan: Plan) -> list[Rung]:
    found = [Rung("inbox", say.channel("inbox"), True, (call.text("climb.now"),))]
    if plan.live:
        found.append(Rung("live", say.channel("live"), True, (call.text("climb.if_open"),)))
    for number, step in enumerate(plan.steps):
        found.append(Rung(step.channel, say.channel(step.channel), True, tuple(_plan_words(call, say, plan, number))))
    found += [
        Rung(channel, say.channel(channel), False, (_left_out(call, reason),))
        for channel, reason in plan.left_out.items()
        if reason not in SILENT
    ]
    return found


def _plan_words(call: AnyCall, say: Speaker, plan: Plan, number: int) -> Sequence[str]:
    step = plan.steps[number]
    if number:
        before = plan.steps[number - 1]
        begins = call.text("climb.then", before=say.channel(before.channel), wait=_wait(call, before.wait))
    elif step.channel == PAPER:
        begins = call.text("climb.paper_first")
    elif plan.held_until:
        begins = call.text("climb.held", at=say.moment(plan.held_until))
    else:
        begins = call.text("climb.now")
    return (begins,)


def _wait(call: AnyCall, minutes: int) -> str:
    for name, size in (("days", 1_440), ("hours", 60)):
        if minutes >= size and minutes % size == 0:
            return call.text(f"climb.waits.{name}", count=minutes // size)
    return call.text("climb.waits.minutes", count=minutes)
