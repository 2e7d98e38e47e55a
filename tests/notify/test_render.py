"""Words with holes: hostile templates are refused when they are loaded, values are never read as templates."""

from __future__ import annotations

import itertools
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notify.errors import ValuesMissing
from notify.placeholders import fill, is_broken, placeholders
from notify.render import HoleLeft, TemplateFault, check, plain
from notify.sms import ONE_PART, parts, signed, units
from notify.templates import LANGUAGES, SMS_PARTS_MAX, TITLE_MAX, NoticeTemplate, Templates
from tests.notify.parts import TEMPLATES

NAMES = frozenset({"item", "due"})
EVENTS = {
    "otp", "case.submitted", "case.received", "case.correction", "case.resubmitted", "case.accepted",
    "case.not_accepted", "case.decided", "case.served", "case.returned", "case.withdrawn", "case.suspended",
    "case.resumed", "code.scanned", "visit.consent", "campaign", "loss.reported",
    "ticket.called", "ticket.near", "ticket.closed", "delegation.changed", "identity.checked",
    "notice.waiting", "phone.changed", "account.closing", "account.merged", "correction.answered",
    "look.full", "newborn.changed",
}  # fmt: skip
_CORES = [
    "item.delete()", "item.__class__", "item['x']", "item[0]", "item ~ due", "item * 9", "'a' * 1000000000", "1 + 1",
    "item.format(9)", "'%1000000000d' % 1", "lipsum()", "range(9)", "cycler", "self", "config", "request", "loop",
    "namespace()", "dict()", "[1,2]", "{'a': 1}", "(1, 2)", "item if due else item", "item|attr('x')", "item|map('x')",
    "item|center(1000000000)", "item|safe", "item|format", "item|replace('a', 'b')", "item|default('x')", "undeclared",
    "item is defined", "item is string", "-1", "+1", "2 ** 99", "7 // 2", "item|short(due)", "item|short(1, 2)",
    "item|short(length=3)", "item|short('9')", "item|trim('x')", "item|short(true)", "1.5", "due()",
    "item|short|attr('__class__')", "caller()", "varargs", "joiner()", "item.upper()", "_", "__import__('os')",
]  # fmt: skip
_FRAMES = ["{{ %s }}", "{%% if %s %%}x{%% endif %%}", "x{{ item }}{{ %s }}", "{%% if due %%}{{ %s }}{%% endif %%}"]
_WHOLE = [
    "{% for a in item %}{{ a }}{% endfor %}", "{% set item = 'x' %}{{ item }}", "{% include 'x' %}", "{% raw %}x",
    "{% import 'x' as y %}", "{% extends 'x' %}", "{% block a %}{% endblock %}", "{% macro m() %}{% endmacro %}",
    "{% call item() %}{% endcall %}", "{% filter upper %}x{% endfilter %}", "{% with a = 1 %}{{ a }}{% endwith %}",
    "{% autoescape true %}{{ item }}{% endautoescape %}", "{% do item.x() %}",
    "{% debug %}", "{% trans %}x{% endtrans %}",
    "{{ item", "{% if item %}", "{% endif %}", "{{ }}", "{% %}", "x" * 2001, "{{ item }}" * 199,
    "{% if item %}" * 120 + "{% endif %}" * 120, "{{ " + "not " * 300 + "item }}",
    "{{ " + "(" * 900 + "item" + ")" * 900 + " }}",
]  # fmt: skip
HOSTILE = [frame % core for frame, core in itertools.product(_FRAMES, _CORES)] + _WHOLE


def test_there_are_two_hundred_hostile_templates() -> None:
    assert len(HOSTILE) >= 200


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_templates_are_refused(source: str) -> None:
    with pytest.raises(TemplateFault):
        check(source, NAMES)


def test_what_is_allowed_renders_quickly() -> None:
    text = check("{% if due == '今天' or not due %}{{ item|short(3)|upper }}{% else %}{{ item }}{% endif %}。", NAMES)
    began = time.perf_counter()
    assert text.render({"item": "abcdef", "due": ""}) == "AB…。"
    assert text.render({"item": "abcdef", "due": "x"}) == "abcdef。"
    assert time.perf_counter() - began < 0.02


def test_a_name_without_a_value_is_refused() -> None:
    with pytest.raises(HoleLeft):
        check("{{ item }}{{ due }}", NAMES).render({"item": "x"})


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_values_are_never_templates(value: str) -> None:
    shown = check("a{{ item }}z", NAMES).render({"item": value + "{{ due }}", "due": "SECRET"})
    assert "SECRET" not in shown
    assert len(shown) <= 202
    assert not any(ord(c) < 32 and c not in "\n\t" for c in shown)


def test_operators_placeholders_in_both_widths() -> None:
    text = "((姓名))您好，（（事项））在(( 地区 ))可以办了((姓名))"
    assert placeholders(text) == ["姓名", "事项", "地区"]
    assert fill(text, {"姓名": "王*", "事项": "换卡", "地区": "示范区"}) == "王*您好，换卡在示范区可以办了王*"


@pytest.mark.parametrize("text", ["((姓名", "姓名))", "((姓名)", "（（姓名）", "(((姓名)))x((", "(())"])
def test_a_lost_bracket_is_noticed(text: str) -> None:
    assert is_broken(text)
    with pytest.raises(TemplateFault):
        fill(text, {"姓名": "x", "(姓名": "y", "": "z"})


def test_filled_values_are_not_filled_again() -> None:
    assert fill("((姓名))", {"姓名": "((事项))", "事项": "SECRET"}) == "((事项))"


def test_an_empty_value_is_a_hole() -> None:
    with pytest.raises(HoleLeft) as left:
        fill("((姓名))((事项))", {"姓名": "王*", "事项": ""})
    assert left.value.names == ["事项"]


def test_direction_marks_and_controls_go() -> None:
    assert plain("a\u202eb\x00c\u2066") == "abc"
    assert plain("x" * 300) == "x" * 199 + "…"


@given(st.text(max_size=300))
@settings(deadline=None)
def test_parts_hold_every_unit(text: str) -> None:
    count = parts(text)
    assert count >= (units(text) > 0)
    assert units(text) <= (ONE_PART if count == 1 else 67 * count)


def test_parts_by_the_book() -> None:
    assert [parts("字" * n) for n in (0, 1, 70, 71, 134, 135)] == [0, 1, 1, 2, 2, 3]
    assert parts("😀" * 35) == 1
    assert parts("😀" * 67) == 3  # 134 units, but no pair is cut in two
    assert signed("一码通办", "您好") == "【一码通办】您好"


def test_every_event_has_a_template() -> None:
    assert {template.event for template in TEMPLATES} == EVENTS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", list(TEMPLATES), ids=lambda template: template.event)
def test_templates_read_well_whole_and_bare(template: NoticeTemplate, language: str) -> None:
    whole = template.render(language, template.sample)
    bare = template.render(language, {name: template.sample[name] for name in template.required})
    for words in (whole, bare):
        assert 0 < len(words.title) <= TITLE_MAX
        assert len(words.body) <= 500
        assert 1 <= parts(signed("示范市一码通办", words.sms)) <= (1 if language == "zh-CN" else SMS_PARTS_MAX)
        for text in (words.title, words.body, words.sms):
            assert not any(bad in text for bad in ("{", "}", "None", "  ", "。。", "，。", "系统", "后台", "异常"))
    if language == "zh-CN" and template.event not in ("otp", "campaign"):
        assert "您" in whole.body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", ["符合法定条件，拟准予。", "See page 2.", "缺第 2 页；", "两处看不清。。"])
def test_a_reason_that_ends_with_a_stop_gets_no_second_one(reason: str, language: str) -> None:
    reasoned = [template for template in TEMPLATES if "reason" in template.optional and template.event != "campaign"]
    said = {
        template.event: template.render(language, {**template.sample, "reason": reason}).body for template in reasoned
    }
    assert any(reason.rstrip("。.；") in body for body in said.values())
    doubled = [event for event, body in said.items() if re.search(r"[。.；，][。.；，]|[。.]\s[。.]", body)]
    assert not doubled


ELDER = {
    "case.received", "case.correction", "case.accepted", "case.not_accepted", "case.decided", "case.served",
    "code.scanned", "look.full", "loss.reported", "phone.changed", "notice.waiting",
    "delegation.changed", "newborn.changed", "account.merged",
}  # fmt: skip


def test_what_matters_most_has_an_elder_wording_in_both_languages() -> None:
    assert {one.event for one in TEMPLATES if set(one.elder) == set(LANGUAGES)} == ELDER


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", sorted(ELDER))
def test_an_elder_wording_is_brief_and_names_the_number_to_call(event: str, language: str) -> None:
    template = TEMPLATES.get(event)
    bare = {name: template.sample[name] for name in template.required}
    for values in (template.sample, bare):
        said = template.render(language, values, elder=True, help_phone="12345")
        alone = template.render(language, values, elder=True)
        normal = template.render(language, values)
        assert "12345" in said.body and "12345" in said.sms
        assert "12345" not in alone.body + alone.sms
        assert 1 <= parts(signed("示范市一码通办", said.sms)) <= (1 if language == "zh-CN" else 2)
        assert said.title and said.body != normal.body and said.link == normal.link
        for text in (said.title, said.body, said.sms, alone.body, alone.sms):
            assert not any(bad in text for bad in ("{", "}", "None", "  ", "。。", "，。", "系统", "后台", "异常"))
    if bare:
        with pytest.raises(ValuesMissing):
            template.render(language, dict.fromkeys(bare, ""), elder=True)


@pytest.mark.parametrize(
    "body",
    [
        "请" * 91,
        "请点开这条消息看您要补的材料然后在最晚的那一天以前一次补齐再提交。",
        "{{ name }}",
        "{{ help_phone.x }}",
    ],
)
def test_an_elder_wording_that_is_long_or_asks_for_more_is_refused(tmp_path: Path, body: str) -> None:
    words = 'title = "题"\nbody = "文"\nsms = "短"\n'
    elder = f'["zh-CN".elder]\ntitle = "题"\nbody = "{body}"\nsms = "短"\n'
    text = f'version = 1\nrequired = []\noptional = []\n["zh-CN"]\n{words}{elder}["en"]\n{words}[sample]\n'
    (tmp_path / "x.toml").write_text(text, "utf-8")
    with pytest.raises(TemplateFault, match=r"x\.toml"):
        Templates(tmp_path).judged()


def test_a_language_without_an_elder_wording_keeps_its_normal_one() -> None:
    template = TEMPLATES.get("ticket.called")
    assert template.render("en", template.sample, elder=True) == template.render("en", template.sample)


@pytest.mark.parametrize("template", list(TEMPLATES), ids=lambda template: template.event)
def test_short_messages_name_no_person(template: NoticeTemplate) -> None:
    assert not {"name", "id_number", "phone"} & (template.required | template.optional)
    if template.event.startswith("case."):
        assert template.sample["reason"] not in template.render("zh-CN", template.sample).sms
