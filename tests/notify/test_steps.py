"""The ladder's rules, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notify.ladder import DEFAULTS, Choice
from notify.steps import PAPER, LadderRules, Next, Quiet, Step, Tried, judge, make_plan

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # noon in Shanghai
NIGHT = Quiet(22 * 60, 7 * 60)
RULES = LadderRules(offered=frozenset({"sms", "wechat", "email"}))
STEPS = (Step("wechat", 60), Step("sms", 4320), Step(PAPER, 60))


@pytest.mark.parametrize(
    ("hours", "clock", "ends"),
    [
        (NIGHT, (23, 13, 59), None),
        (NIGHT, (23, 15, 59), (23, 23, 0)),
        (NIGHT, (23, 14, 0), (23, 23, 0)),
        (NIGHT, (23, 18, 0), (23, 23, 0)),
        (NIGHT, (23, 22, 59), (23, 23, 0)),
        (NIGHT, (23, 23, 0), None),
        (Quiet(12 * 60, 14 * 60), (23, 4, 0), (23, 6, 0)),
        (Quiet(12 * 60, 14 * 60), (23, 6, 0), None),
        (Quiet(60, 60), (23, 17, 0), None),
    ],
)
def test_quiet_hours_wrap_midnight(
    hours: Quiet, clock: tuple[int, int, int], ends: tuple[int, int, int] | None
) -> None:
    day, hour, minute = clock
    until = datetime(2026, 11, ends[0], ends[1], ends[2], tzinfo=UTC) if ends else None
    assert hours.until(datetime(2026, 11, day, hour, minute, tzinfo=UTC)) == until


def test_a_statutory_notice_takes_every_way_and_ends_on_paper_whatever_was_chosen() -> None:
    nothing = Choice(sms=False, live=False, wechat=False, email=False)
    plan = make_plan("statutory", nothing, frozenset({"sms", "wechat"}), RULES, NIGHT, NOW + timedelta(hours=12))
    assert [step.channel for step in plan.steps] == ["wechat", "sms", PAPER]
    assert [step.wait for step in plan.steps] == [60, 72 * 60, 60]
    assert (plan.live, plan.held_until, plan.left_out["email"]) == (True, None, "no-address")


def test_a_person_without_any_channel_gets_paper_not_silence() -> None:
    plan = make_plan("statutory", DEFAULTS["service"], frozenset(), RULES, None, NOW)
    assert [step.channel for step in plan.steps] == [PAPER]


def test_what_is_switched_off_is_left_out_and_says_so() -> None:
    choice = Choice(sms=False, live=False)
    plan = make_plan("service", choice, frozenset({"sms", "wechat"}), RULES, NIGHT, NOW)
    assert [step.channel for step in plan.steps] == ["wechat"]
    assert dict(plan.left_out) == {
        "sms": "switched-off", "live": "switched-off", "email": "no-address", "alipay": "not-offered",
        "oa": "not-offered", "webpush": "not-offered",
    }  # fmt: skip


def test_quiet_hours_hold_and_do_not_drop() -> None:
    plan = make_plan(
        "information", Choice(sms=True, live=True), frozenset({"sms"}), RULES, NIGHT, NOW + timedelta(hours=12)
    )
    assert plan.steps and plan.held_until == datetime(2026, 11, 23, 23, 0, tzinfo=UTC)


def _tried(channel: str, state: str, minutes_ago: int = 0) -> dict[str, Tried]:
    return {channel: Tried(channel, state, NOW - timedelta(minutes=minutes_ago))}


@pytest.mark.parametrize(
    ("category", "at_step", "tried", "read", "what"),
    [
        ("statutory", 0, _tried("wechat", "failed"), False, Next(begin=1)),
        ("statutory", 0, _tried("wechat", "skipped"), False, Next(begin=1)),
        ("statutory", 0, _tried("wechat", "sent", 59), False, Next(until=NOW + timedelta(minutes=1))),
        ("statutory", 0, _tried("wechat", "sent", 60), False, Next(begin=1)),
        ("statutory", 0, _tried("wechat", "delivered"), False, Next(over="reached", reason="arrived")),
        ("statutory", 0, _tried("wechat", "pending"), True, Next(until=NOW + timedelta(minutes=60))),
        ("statutory", 0, _tried("wechat", "sent"), True, Next(over="reached", reason="read")),
        ("service", 0, _tried("wechat", "pending"), True, Next(over="reached", reason="read")),
        ("statutory", 1, _tried("sms", "failed"), True, Next(over="reached", reason="read")),
        ("statutory", 1, _tried("sms", "failed"), False, Next(begin=2)),
        ("statutory", 2, _tried(PAPER, "failed"), False, Next(over="ended", reason="nothing-left")),
        ("statutory", 2, _tried(PAPER, "sent", 60), False, Next(over="ended", reason="no-answer")),
    ],
)
def test_the_next_step_comes_on_failure_or_after_silence(
    category: str, at_step: int, tried: dict[str, Tried], read: bool, what: Next
) -> None:
    assert judge(category, STEPS, at_step, tried, read=read, now=NOW, due=None) == what


def test_before_paper_alone_the_inbox_has_its_time() -> None:
    due = NOW + timedelta(hours=1)
    only = (Step(PAPER, 60),)
    assert judge("statutory", only, -1, {}, read=False, now=NOW, due=due) == Next(until=due)
    assert judge("statutory", only, -1, {}, read=False, now=due, due=due) == Next(begin=0)
    assert judge("statutory", only, -1, {}, read=True, now=NOW, due=due) == Next(over="reached", reason="read")
