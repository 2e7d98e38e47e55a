"""What operators write: strict placeholders, lengths by channel, templates whose used versions never change, the look
before sending."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.floor.refusal import Invalid
from config.floor.unit import Unit
from notify import safety, submissions
from notify.campaign_rules import CampaignWords, own_values, shared_words
from notify.errors import SegmentMissing
from notify.limits import WEB_PUSH_BYTES, limits, measure, measured
from notify.operator_templates import OperatorTemplate, Said, change
from notify.placeholders import NothingLeft, check_words, fill, is_broken, joined, largest, placeholders
from notify.render import MAX_OUTPUT, HoleLeft, TemplateFault
from notify.safety import Figures, SafetyRules
from notify.wordings import filled
from tests.notify.parts import NOON, PORTAL, REGION, WORDS, Room, staff

FIGURES = Figures(
    people=1000, sms_people=400, deliveries=1400, parts=2, again=0, usual=900, used_today=0, starts=NOON,
    category="service",
)  # fmt: skip
RULES = SafetyRules(part_price=45, banned=("中奖",), domains=("gov.cn",), parts_a_day=1000, per_second=10)


def test_spelling_does_not_matter_and_the_first_one_is_shown() -> None:
    text = "((Case No))、((case_no))、((CASE-NO))、（（ 姓名 ））"
    assert placeholders(text) == ["Case No", "姓名"]
    assert fill(text, {"caseno": "7", "姓名": "王"}) == "7、7、7、王"


@pytest.mark.parametrize("word", ["yes", "Y", "TRUE", "t", "1", "include", "show", "是", "有"])
def test_a_condition_shows_its_text_for_words_of_truth(word: str) -> None:
    assert fill("请到窗口。((带原件??请带原件。))", {"带原件": word}) == "请到窗口。请带原件。"


@pytest.mark.parametrize("word", ["no", "false", "0", "2", "否"])
def test_a_condition_hides_its_text_for_anything_else(word: str) -> None:
    assert fill("请到窗口。((带原件？？请带原件。))", {"带原件": word}) == "请到窗口。"


async def test_what_is_kept_is_paged_past_its_first_page_and_found_by_its_id(room: Room) -> None:
    door, run = room.campaigns, room.database.unit_of_work
    said = Said("甲", "您好")

    async def keep(unit: Unit) -> tuple[UUID, UUID]:
        kept = await door.segments.keep(unit, staff(1), REGION, "大家", {})
        written = await door.templates.write(unit, staff(1), REGION, name="提醒", category="service", said=said)
        return kept.id, written.id

    made = []
    for _ in range(5):
        made.append(await run(PORTAL, keep))
        room.later(seconds=1)
    unit = await room.database.reading(PORTAL)

    async def segments(after: str | None) -> tuple[list[UUID], str | None]:
        found, after = await door.segments.page(unit, after, 2)
        return [one.id for one in found], after

    async def templates(after: str | None) -> tuple[list[UUID], str | None]:
        found, after = await door.templates.page(unit, after, 2)
        return [one.id for one in found], after

    for place, page in enumerate((segments, templates)):
        first, after = await page(None)
        second, after = await page(after)
        third, over = await page(after)
        assert [first, second, third] == [
            [pair[place] for pair in made[a:b][::-1]] for a, b in ((3, 5), (1, 3), (0, 1))
        ]
        assert over is None
    oldest = made[0][0]
    assert (await door.segments.get(unit, oldest)).name == "大家"
    await run(PORTAL, lambda unit: door.segments.discard(unit, oldest))
    with pytest.raises(SegmentMissing):
        await door.segments.get(await room.database.reading(PORTAL), oldest)


def test_all_missing_values_are_named_at_once() -> None:
    with pytest.raises(HoleLeft) as left:
        fill("((甲))((乙))((丙??字))((丁))", {"乙": "x"})
    assert left.value.names == ["甲", "丙", "丁"]


def test_an_empty_result_is_an_error() -> None:
    with pytest.raises(NothingLeft):
        fill("((停办??今天停办。))", {"停办": "no"})


def test_several_values_read_as_a_list() -> None:
    assert [joined([]), joined(["甲"]), joined(["甲", "乙"]), joined(["甲", "乙", "丙"])] == [
        "",
        "甲",
        "甲和乙",
        "甲、乙和丙",
    ]
    assert fill("请带((材料))。", {"材料": ["身份证", "户口本", "照片"]}) == "请带身份证、户口本和照片。"


@given(st.text(alphabet="()（）?？ab甲 \n", max_size=60), st.text(max_size=150))
def test_what_was_accepted_is_never_larger_than_promised(text: str, value: str) -> None:
    try:
        check_words(text)
    except TemplateFault:
        return
    try:
        made = fill(text, dict.fromkeys(placeholders(text), value))
    except (HoleLeft, NothingLeft):
        return
    assert len(made.encode("utf-8", "surrogatepass")) <= largest(text) <= MAX_OUTPUT


def test_too_many_holes_are_refused_when_they_are_saved() -> None:
    with pytest.raises(TemplateFault):
        check_words("((甲))" * 26)
    assert is_broken("((" + "长" * 41 + "))")
    assert is_broken("((--))")


def test_tokens_take_each_persons_own_values_and_conditions() -> None:
    words = replace(WORDS, body="((姓名))您好，请到((地点))。((原件??请带原件。))")
    columns = ("手机号", "地点", "原件")
    shared = shared_words(words, {}, "一码", columns)
    assert len(shared.values) == 3
    own = own_values(words, columns, "王*兰", {"地点": "3 楼", "原件": "是"})
    assert filled(shared, own).body == "王*兰您好，请到3 楼。请带原件。"
    other = own_values(words, columns, "", {"地点": "1 楼", "原件": "否"})
    assert filled(shared, other).body == "居民朋友您好，请到1 楼。"


def test_one_table_says_how_long_words_may_be() -> None:
    (text,) = limits("sms")
    assert measure(text, "😀" * 250).used == 500
    assert not measure(text, "字" * 501).fits
    assert not measure(limits("web_push")[0], "字" * (WEB_PUSH_BYTES // 3 + 1)).fits
    fields = {"thing1": "$title", "phrase2": "状态", "character_string3": "no", "madeup4": "x"}
    kinds = limits("wechat", fields)
    assert [limit.most for limit in kinds] == [20, 5, 32, 0]
    said = {"wechat": {"thing1": "字" * 21, "phrase2": "已受理", "character_string3": "有汉字", "madeup4": "x"}}
    found = measured(said, {"wechat": fields})
    assert [(one.fits, one.limit.cut) for one in found] == [
        (False, True),
        (True, False),
        (False, False),
        (False, False),
    ]
    assert limits("pigeon") == ()


def test_a_look_before_sending() -> None:
    codes = [one.code for one in safety.check(RULES, FIGURES, "请看 https://www.gaj.gov.cn/x")]
    assert codes == [
        "size-usual", "repeats-none", "quiet-free", "quota-left", "basis", "links-listed", "banned-none", "finish"
    ]  # fmt: skip
    assert (safety.cost(RULES, FIGURES.parts, FIGURES.sms_people), safety.minutes(RULES, FIGURES)) == (36000, 3)


@pytest.mark.parametrize(
    ("figures", "text", "code", "tone"),
    [
        ({"people": 9000}, "", "size-unusual", "warn"),
        ({"usual": 0}, "", "size-first", "ok"),
        ({"again": 3}, "", "repeats", "warn"),
        ({"starts": datetime(2026, 11, 23, 15, tzinfo=UTC)}, "", "quiet-hours", "warn"),  # 23:00 in Shanghai
        ({"deliveries": 600_000}, "", "quiet-hours", "warn"),  # it would run into the night
        ({"used_today": 300}, "", "quota-over", "bad"),
        ({}, "点 gov.cn.evil.com 或 bit.ly/x", "links-strange", "bad"),
        ({}, "恭喜中 奖", "banned", "bad"),
    ],
)
def test_what_is_looked_for(figures: dict[str, Any], text: str, code: str, tone: str) -> None:
    found = {one.code: one.tone for one in safety.check(RULES, replace(FIGURES, **figures), text)}
    assert found.get(code) == tone


def test_a_change_that_breaks_is_named() -> None:
    made = change("((姓名))((事项))", "((姓 名))((日期))")
    assert (made.added, made.removed) == (("日期",), ("事项",))


async def test_a_version_that_was_used_never_changes(room: Room) -> None:
    room.people.add(2)
    door, author = room.campaigns.templates, staff(1)

    async def write(unit: Unit) -> OperatorTemplate:
        return await door.write(unit, author, REGION, name="提醒", category="service", said=Said("甲", "((姓名))您好"))

    async def rewrite(unit: Unit, body: str) -> OperatorTemplate:
        return await door.rewrite(unit, author, made.id, name="提醒", category="service", said=Said("甲", body))

    async def approve(unit: Unit, version: int) -> None:
        await door.set_approval(
            unit, author, kind="sms_template", template=made.id, version=version, label="", code="S1",
            state="approved", note="",
        )  # fmt: skip

    run = room.database.unit_of_work
    made = await run(PORTAL, write)
    await run(PORTAL, lambda unit: approve(unit, 1))
    assert (await run(PORTAL, lambda unit: rewrite(unit, "((姓名))早上好"))).version == 1
    (approval,) = await run(PORTAL, lambda unit: door.approvals(unit, made.id))
    assert approval.state == "not_asked"  # the vendor never read these words
    words = CampaignWords("甲", "((姓名))早上好", template=(made.id, 1))

    async def submit(unit: Unit) -> UUID:
        campaign = await room.campaigns.draft(unit, author, REGION, words)
        return (await room.campaigns.submit(unit, author, campaign.id)).id

    campaign = await run(PORTAL, submit)
    assert (await run(PORTAL, lambda unit: rewrite(unit, "((姓名))晚上好((日期))"))).version == 2
    versions = await run(PORTAL, lambda unit: door.versions(unit, made.id))
    assert [(one.number, one.body, one.frozen) for one in versions] == [
        (2, "((姓名))晚上好((日期))", False), (1, "((姓名))早上好", True)
    ]  # fmt: skip
    assert await run(PORTAL, lambda unit: door.used_by(unit, made.id)) == [(campaign, "甲", "submitted", 1)]
    with pytest.raises(Invalid):
        await run(PORTAL, lambda unit: rewrite(unit, "((姓名)"))
    assert (await run(PORTAL, lambda unit: door.discard(unit, made.id, back=False))).discarded
    assert await run(PORTAL, door.page) == ([], None)


async def test_what_changed_since_it_was_handed_in_is_shown(room: Room) -> None:
    room.people.add(1)
    author = staff(1)

    async def first(unit: Unit) -> UUID:
        made = await room.campaigns.draft(unit, author, REGION, WORDS)
        return (await room.campaigns.submit(unit, author, made.id)).id

    run = room.database.unit_of_work
    campaign = await run(PORTAL, first)
    assert await run(PORTAL, lambda unit: submissions.before(unit, campaign)) is None
    other = replace(WORDS, title="换个标题")

    async def again(unit: Unit) -> None:
        await room.campaigns.edit(unit, author, campaign, other)
        await room.campaigns.submit(unit, author, campaign)

    await run(PORTAL, again)
    earlier = await run(PORTAL, lambda unit: submissions.before(unit, campaign))
    assert earlier is not None
    assert submissions.changes(earlier, other) == [("title", WORDS.title, "换个标题")]
