"""The engine's pure rules: whom to ask, what a campaign's counters say, how fast, what a receipt may change."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notify import receipts, shares
from notify.buckets import Bucket, refilled, tomorrow
from notify.fanout_rows import row_id
from notify.outbox import Words
from notify.progress import Counts, Turn, turn
from notify.receipt_rows import Outcome
from notify.shares import Figures, Move, Share
from notify.wordings import filled

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
A, B = Share("a", 60, 60, LONG_AGO), Share("b", 40, 40, LONG_AGO)
COUNTS = Counts(
    planned=200, reached=0, failed=0, skipped=0, whole=False, testing=True, complete=True, fail_share=20
)  # fmt: skip


@pytest.mark.parametrize(
    ("known", "figures", "expected"),
    [
        ((A, B), {}, None),
        ((A, B), {"a": Figures(errors=50)}, None),
        ((A, B), {"a": Figures(errors=51)}, Move("a", "b", 10, trouble=True)),
        ((replace(A, moved_at=NOW - timedelta(seconds=59)), B), {"a": Figures(errors=51)}, None),
        ((A, B), {"a": Figures(answered=100, slow=15)}, Move("a", "b", 10, trouble=True)),
        ((A, B), {"a": Figures(answered=100, slow=14)}, None),
        ((A, B), {"a": Figures(answered=100, slow=50), "b": Figures(answered=100, slow=50)}, None),
        ((replace(A, moved_at=NOW - timedelta(minutes=4)), B), {"a": Figures(answered=100, slow=50)}, None),
        ((replace(A, share=4), replace(B, share=96)), {"a": Figures(errors=99)}, Move("a", "b", 4, trouble=True)),
        ((replace(A, share=0), replace(B, share=100)), {"a": Figures(errors=99)}, None),
        ((replace(A, share=40), replace(B, share=60)), {}, Move("b", "a", 10, trouble=False)),
        ((replace(A, share=40, troubled_at=NOW - timedelta(minutes=14)), replace(B, share=60)), {}, None),
        ((A,), {"a": Figures(errors=99)}, None),
    ],
)  # fmt: skip
def test_traffic_moves_ten_points_as_seldom_as_promised(
    known: tuple[Share, ...], figures: dict[str, Figures], expected: Move | None
) -> None:
    assert shares.move(known, figures, NOW) == expected


def test_whom_to_ask_follows_the_shares_and_the_circuits() -> None:
    dice = random.Random(4)
    asked = Counter(one.provider for _ in range(1_000) if (one := shares.pick((A, B), NOW, dice)))
    assert 550 < asked["a"] < 650
    shut = replace(A, failures=10, open_until=NOW + timedelta(seconds=9))
    assert {shares.pick((shut, B), NOW, dice) for _ in range(20)} == {B}
    assert shares.pick((shut,), NOW, dice) is None
    assert shares.pick((A, B), NOW, dice, before="b") is B
    assert shares.pick((shut, B), NOW, dice, before="a") is B
    assert shares.pick((replace(A, share=0),), NOW, dice) is not None
    assert replace(shut, open_until=NOW).probing


@pytest.mark.parametrize(
    ("counts", "late", "expected"),
    [
        (replace(COUNTS, reached=100), False, "go on"),
        (replace(COUNTS, reached=200), False, "canary-passed"),
        (replace(COUNTS, reached=160, failed=40), False, "canary-passed"),
        (replace(COUNTS, reached=0, failed=41), False, "canary-failed"),
        (replace(COUNTS, reached=99, failed=26, skipped=75), False, "canary-failed"),
        (replace(COUNTS, reached=50), True, "canary-passed"),
        (replace(COUNTS), True, "canary-failed"),
        (replace(COUNTS, complete=False, failed=200), False, "failures"),
        (replace(COUNTS, testing=False, reached=15, failed=4), False, "go on"),
        (replace(COUNTS, testing=False, reached=14, failed=6), False, "failures"),
        (replace(COUNTS, testing=False, reached=14, failed=6, fail_share=0), False, "go on"),
        (replace(COUNTS, testing=False, reached=34, failed=6, base_failed=6), False, "go on"),
        (replace(COUNTS, testing=False, whole=True, reached=150, skipped=50), False, "done"),
        (replace(COUNTS, testing=False, whole=True, reached=100, failed=100), False, "done"),
    ],
)  # fmt: skip
def test_what_a_campaigns_counters_say(counts: Counts, late: bool, expected: Turn) -> None:
    assert turn(counts, late=late) == expected


def test_a_bucket_holds_a_seconds_worth_and_no_more() -> None:
    now = 100.0
    bucket = Bucket(10, lambda: now)
    assert [bucket.take(7), bucket.take(7)] == [7, 3]
    now = 100.5
    assert bucket.take(9) == 5
    now = 900.0
    assert bucket.take(99) == 10
    assert bucket.wait(20) == timedelta(seconds=2)
    assert refilled(3, rate=2, most=100, seconds=-5) == 3
    assert tomorrow(datetime(2026, 11, 23, 17, 0, tzinfo=UTC)) == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def test_an_operators_words_are_never_taken_for_a_name() -> None:
    shared = Words("((姓名))", "T0您好 ((姓名))", "T0", "", {"姓名": "T0"})
    assert filled(shared, {"姓名": "T0((日期))"}).body == "T0((日期))您好 ((姓名))"
    assert filled(shared, {}).sms == ""


def test_ids_of_a_campaign_are_uuid7_in_the_order_of_its_people() -> None:
    ids = [row_id(1_795_000_000_000, row, step) for step in range(2) for row in (1, 2, 2**40)]
    assert {one.version for one in ids} == {7}
    assert len(set(ids)) == 6
    assert ids[:3] == sorted(ids[:3])


@settings(max_examples=int(os.environ.get("YIMA_HISTORIES", "1000")), deadline=None)
@given(st.lists(st.sampled_from(["delivered", "failed", "read"]), max_size=8), st.sampled_from(["sent", "in_doubt"]))
def test_a_receipt_only_moves_a_delivery_forward(history: list[Outcome], state: str) -> None:
    """The first final answer stands; only ``read`` comes after ``delivered``."""
    seen = [state]
    for outcome in history:
        seen.append(receipts.after(seen[-1], outcome))
    finals = [one for one in history if one != "read"]
    if not history:
        assert seen[-1] == state
    elif history[0] == "failed":
        assert seen[-1] == "failed"
    else:
        assert seen[-1] == ("read" if "read" in history else finals[0])
    rank = {"sent": 0, "in_doubt": 0, "delivered": 1, "failed": 1, "read": 2}
    assert [rank[one] for one in seen] == sorted(rank[one] for one in seen)
