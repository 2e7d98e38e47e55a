"""A copy that is read has no stored codes in it; the one for machines keeps them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from config.floor.schema import Check
from config.floor.unit import Unit
from config.wording import LANGUAGES, Wording
from notify.templates import Templates
from server.adapters.migrate import schema
from server.domain.audit.models import RULES as AUDIT
from server.domain.cases.models import RULES as CASES
from server.domain.catalogue.errors import ItemUnknown
from server.domain.catalogue.records import Item
from server.domain.consents.models import RULES as CONSENTS
from server.domain.counter_cases.models import RULES as COUNTER
from server.domain.delegations.models import RULES as DELEGATIONS
from server.domain.halls.models import RULES as HALLS
from server.domain.privacy.city_names import City
from server.domain.privacy.code_words import CityNames, CodeWords, said_to_her
from server.domain.privacy.copying import Value
from server.domain.privacy.holdings import hidden_in, of_table
from server.domain.privacy.models import RULES as PRIVACY
from server.domain.proving.models import RULES as PROVING
from server.domain.visits.models import RULES as VISITS
from server.domain.visits.read_models import RULES as READS
from tests.domain.privacy.test_rights import apply_for, her_copy
from tests.journeys.town import Town

_RULES = (*AUDIT, *CASES, *CONSENTS, *COUNTER, *DELEGATIONS, *HALLS, *PRIVACY, *PROVING, *VISITS, *READS)
_LISTED = re.compile(r"\{row\}(\w+) IN \(([^)]*)\)")


def _codes() -> set[tuple[str, str, str]]:
    """Every code that the database itself lists for a column which is in a copy."""
    found = set()
    for rule in _RULES:
        held = of_table(rule.table) if isinstance(rule, Check) else None
        if held is None or not held.copied or not isinstance(rule, Check):
            continue
        for column, listed in _LISTED.findall(rule.condition):
            if hidden_in(held, column) is None and column in schema()[held.table]:
                found |= {(held.table, column, code) for code in re.findall(r"'(\w+)'", listed)}
    return found


def test_every_code_that_the_database_lists_has_words_in_both_languages() -> None:
    codes = _codes()
    assert len(codes) > 40
    for language in LANGUAGES:
        words = CodeWords(Wording(), language, CityNames())
        bare = sorted((table, column, code) for table, column, code in codes if words.say(table, column, code) == code)
        assert bare == []


def test_every_kind_of_notice_has_words() -> None:
    words = CodeWords(Wording(), "zh-CN", CityNames())
    bare = [one.event for one in Templates() if words.say("notify_messages", "event", one.event) == one.event]
    assert bare == []


def test_a_code_without_words_stays_what_it_is() -> None:
    words = CodeWords(Wording(), "en", CityNames(purposes={"apply_here": "Apply"}, answers={"site_proof": "Proof"}))
    assert words.say("visits", "purpose", "apply_here") == "Apply"
    assert words.say("visits", "purpose", "something_new") == "something_new"
    assert words.say("case_corrections", "target", "material:site_proof") == "Proof"
    assert words.say("case_corrections", "target", "field:unknown") == "field:unknown"
    assert words.say("notify_messages", "subject", "case:5116") == "Application 5116"
    assert words.say("notify_messages", "subject", "other:5116") == "other:5116"


class _Cases:
    """Knows one of the files."""

    async def papers_named(self, unit: Unit, files: Collection[UUID], language: str) -> dict[UUID, str]:
        return {one: f"营业执照 ({language})" for one in files if one.int == 1}


class _NoItems:
    async def version(self, unit: Unit, item_code: str, version: int) -> Item:
        raise ItemUnknown

    async def names(self, unit: Unit, codes: list[str]) -> dict[str, str]:
        return {}


async def test_what_was_opened_of_hers_is_named_in_her_copy_and_never_by_a_number() -> None:
    opened = [("case.file", 1), ("case.file", 2), ("correction.file", 3)]
    rows: list[dict[str, Value]] = [
        {"action": action, "fields_seen": [str(UUID(int=number))]} for action, number in opened
    ]
    city = City(_NoItems(), _Cases(), lambda portal: {}, lambda language: {})
    unit = Unit(now=datetime(2026, 3, 2, tzinfo=UTC), portal="demo")
    names = await city.names(unit, {"audit_entries": rows}, "zh-CN")
    words = CodeWords(Wording(), "zh-CN", names)
    assert [words.say("audit_entries", "fields_seen", str(UUID(int=number))) for _, number in opened] == [
        "营业执照 (zh-CN)", "一份材料", "一份证明材料",
    ]  # fmt: skip
    assert words.say("audit_entries", "fields_seen", "name") == "姓名"


def test_a_notice_to_many_is_copied_as_she_read_it() -> None:
    shared = {"t": "停办", "b": "x1您好：停办一天", "s": "", "l": "", "v": {"姓名": "x1"}}
    own = {"t": "", "b": "", "s": "", "l": "", "v": {"姓名": "王*兰"}}
    read = said_to_her({"event": "campaign", "content": own, "wording": shared})
    assert read == {"event": "campaign", "content": {"t": "停办", "b": "王*兰您好：停办一天"}}
    assert said_to_her({"event": "otp"}) == {"event": "otp"}


async def test_the_readable_copy_says_what_the_data_file_codes(server: Town) -> None:
    phone = await server.resident(0)
    await apply_for(phone, draft=False)
    data = (await her_copy(server, phone)).decode()
    page = (await her_copy(server, phone, "html")).decode()
    (case,) = next(one["rows"] for one in json.loads(data)["holdings"] if one["table"] == "cases")
    assert (case["item_code"], case["status"]) == ("elder-card", "submitted")
    for code in ("elder-card", "elder_name", "case.submit", "mainland", "name_and_id", "511602000000", "service_"):
        assert f">{code}<" not in page, code
    for words in (
        "<dd>已提交</dd>",
        "<dd>居民身份证</dd>",
        "<dd>核对姓名和证件号码</dd>",
        "<dd>提交申请</dd>",
        "老人姓名：",
    ):
        assert words in page, words
