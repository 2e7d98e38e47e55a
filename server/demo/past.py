"""The city's past as a plan: who applied for what, how far it came, and when. Pure: moments are working days back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.domain.catalogue.guide import Guide

GRANT, REFUSE = "grant", "refuse"


@dataclass(frozen=True, slots=True)
class Moment:
    """``verb`` happened ``ago`` working days back at ``clock``; ``words`` is the opinion or the comment."""

    ago: int
    clock: str
    verb: str
    words: str = ""
    grade: int = 0


Recipe = Callable[[int], list[Moment]]


@dataclass(frozen=True, slots=True)
class Plan:
    """One case: the applicant's key, the item's code, and what happened."""

    person: str
    item: str
    recipe: Recipe


def submitted(ago: int) -> Recipe:
    """Waiting to be received; five working days to check it run from the submission."""
    return lambda promised: [Moment(ago, "10:20", "submit")]


def received(ago: int) -> Recipe:
    return lambda promised: [Moment(ago, "09:40", "submit"), Moment(ago, "15:10", "receive")]


def correcting(ago: int) -> Recipe:
    return lambda promised: [*received(ago)(promised), Moment(max(1, ago - 1), "16:20", "request_correction")]


def resubmitted(ago: int) -> Recipe:
    return lambda promised: [*correcting(ago)(promised), Moment(max(1, ago - 3), "20:05", "correct")]


def accepted(left: int) -> Recipe:
    """Accepted, with ``left`` working days of the promised limit to go; negative: over it."""

    def steps(promised: int) -> list[Moment]:
        at = _accepted_ago(promised, left)
        return [Moment(at + 1, "11:05", "submit"), Moment(at + 1, "14:30", "receive"), Moment(at, "09:15", "accept")]

    return steps


def examining(left: int) -> Recipe:
    return lambda promised: [*accepted(left)(promised), Moment(_accepted_ago(promised, left), "10:30", "start")]


def proposed(left: int, verb: str = GRANT) -> Recipe:
    words = (
        "材料齐全，符合法定条件，拟准予。"
        if verb == GRANT
        else "经营场所与登记的地址不一致，不符合法定条件，拟不予许可。"
    )
    return lambda promised: [*examining(left)(promised), Moment(1, "16:40", f"propose_{verb}", words)]


def suspended(left: int) -> Recipe:
    return lambda promised: [
        *examining(left)(promised),
        Moment(1, "15:50", "suspend", "需要现场检查，检查所需时间不计入办理时限。"),
    ]


def decided(ago: int, verb: str = GRANT) -> Recipe:
    """Decided ``ago`` working days back, well within the promise."""

    def steps(promised: int) -> list[Moment]:
        span = max(1, min(promised - 1, 4))
        at = ago + span
        words = (
            "材料齐全，符合法定条件，准予许可。" if verb == GRANT else "经营场所与登记的地址不一致，不符合法定条件。"
        )
        return [
            Moment(at + 1, "10:10", "submit"),
            Moment(at + 1, "15:00", "receive"),
            Moment(at, "09:20", "accept"),
            Moment(at, "10:00", "start"),
            Moment(ago, "10:40", f"propose_{verb}", words),
            Moment(ago, "15:30", "approve_proposal"),
        ]

    return steps


def served(ago: int, verb: str = GRANT) -> Recipe:
    return lambda promised: [*decided(ago + 1, verb)(promised), Moment(ago, "09:50", "serve")]


def reviewed(ago: int, grade: int, comment: str) -> Recipe:
    return lambda promised: [*served(ago + 1)(promised), Moment(ago, "19:30", "review", comment, grade)]


def corrected_then_served(ago: int) -> Recipe:
    """The long way: corrected once, then granted and served."""

    def steps(promised: int) -> list[Moment]:
        rest = [moment for moment in served(ago)(promised) if moment.verb not in ("submit", "receive")]
        start = max(moment.ago for moment in rest)
        return [
            Moment(start + 4, "09:10", "submit"),
            Moment(start + 4, "14:20", "receive"),
            Moment(start + 3, "10:00", "request_correction"),
            Moment(start + 1, "21:15", "correct"),
            *rest,
        ]

    return steps


def not_accepted(ago: int) -> Recipe:
    words = "申请事项不属于本机关职权范围，请向登记住所地的机关提出。"
    return lambda promised: [*received(ago + 1)(promised), Moment(ago, "11:30", "not_accept", words)]


def withdrawn(ago: int) -> Recipe:
    return lambda promised: [*received(ago + 1)(promised), Moment(ago, "20:40", "withdraw")]


def returned(ago: int) -> Recipe:
    """Asked to correct, and the time for it passed."""
    return lambda promised: [*correcting(ago)(promised), Moment(1, "06:00", "sweep")]


_PRINTING, _BIRTH, _ALLOWANCE = "printing-licence", "birth-registration", "elder-allowance"
_CARD, _FILING, _VENUE, _SCHOOL = "elder-card", "investment-filing", "public-venue-licence", "school-deferral"
PLANS: tuple[Plan, ...] = (
    Plan("agent", _PRINTING, reviewed(14, 1, "两天就批下来了，不用再跑窗口。")),
    Plan("agent", _PRINTING, corrected_then_served(9)),
    Plan("agent", _PRINTING, correcting(2)),
    Plan("agent", _VENUE, proposed(1)),
    Plan("agent", _FILING, served(3)),
    Plan("n01", _PRINTING, examining(-2)),
    Plan("n01", _BIRTH, reviewed(20, 2, "流程清楚，就是照片传了两次。")),
    Plan("n02", _PRINTING, examining(-1)),
    Plan("n02", _SCHOOL, submitted(1)),
    Plan("n02", _VENUE, decided(1)),
    Plan("n03", _PRINTING, accepted(1)),
    Plan("n03", _FILING, served(6)),
    Plan("n03", _VENUE, submitted(1)),
    Plan("n04", _VENUE, received(4)),
    Plan("n04", _CARD, served(12)),
    Plan("n05", _PRINTING, accepted(0)),
    Plan("n05", _BIRTH, correcting(3)),
    Plan("n05", _VENUE, examining(3)),
    Plan("n06", _PRINTING, decided(2, REFUSE)),
    Plan("n06", _VENUE, examining(1)),
    Plan("n06", _SCHOOL, received(1)),
    Plan("n07", _ALLOWANCE, examining(6)),
    Plan("n07", _CARD, submitted(3)),
    Plan("n07", _PRINTING, withdrawn(5)),
    Plan("n08", _VENUE, suspended(0)),
    Plan("n08", _PRINTING, not_accepted(8)),
    Plan("n08", _FILING, served(2, REFUSE)),
    Plan("n09", _VENUE, resubmitted(4)),
    Plan("n09", _SCHOOL, reviewed(16, 1, "")),
    Plan("n09", _BIRTH, examining(2)),
    Plan("n10", _VENUE, returned(40)),
    Plan("n10", _PRINTING, proposed(0, REFUSE)),
    Plan("n10", _SCHOOL, submitted(6)),
)


def moments(plan: Plan, guide: Guide) -> list[Moment]:
    """What happened to this case, given the item's promise."""
    return plan.recipe(guide.promised_limit.days)


def _accepted_ago(promised: int, left: int) -> int:
    return max(1, min(60, promised - left))
