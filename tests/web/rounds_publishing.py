"""The operator's calls about words and people, each made once with input that is right."""

from __future__ import annotations

import aiohttp

from tests.journeys.people import Desk

_API = "/console/api/v1"
_RULES = {"all": [{"region": "511602"}, {"not": {"age": {"from": 100}}}]}
_TEXT = {"name": "提醒", "category": "service", "title": "可以办了", "body": "((姓名))您好，((事项))可以办了。"}
_DRAFT = {"title": "停水", "body": "周六停水。", "audience": {"region": "", "item": None}, "category": "service"}


async def publishes(operator: Desk, phone: str) -> dict[str, str]:
    """Drafts, audiences, lists, templates; what path parameters may be filled with."""
    draft = f"{_API}/campaigns/{(await operator.must('POST', f'{_API}/campaigns', _DRAFT, status=201))['id']}"
    await operator.must("GET", f"{draft}/changes")
    await operator.must("DELETE", draft)
    await operator.must("POST", f"{draft}/restoration", {})
    return {**await _people(operator, phone), **await _list(operator, phone), **await _templates(operator)}


async def _people(operator: Desk, phone: str) -> dict[str, str]:
    await operator.must("GET", f"{_API}/audience/choices")
    counted = await operator.must("POST", f"{_API}/audience/count", {"rules": _RULES})
    assert counted["people"] >= 1
    found = await operator.must("POST", f"{_API}/audience/why", {"rules": _RULES, "phone": phone})
    assert (found["found"], found["inside"]) == (True, True)
    kept = await operator.must("POST", f"{_API}/segments", {"name": "都在", "rules": _RULES}, status=201)
    await operator.must("PUT", f"{_API}/segments/{kept['id']}", {"name": "大家", "rules": {}})
    await operator.must("GET", f"{_API}/segments")
    await operator.must("GET", f"{_API}/segments/{kept['id']}")
    gone = await operator.must("POST", f"{_API}/segments", {"name": "不要", "rules": {}}, status=201)
    await operator.must("DELETE", f"{_API}/segments/{gone['id']}", status=204)
    await operator.refused("POST", f"{_API}/audience/count", {"rules": {"sql": "1=1"}}, code="audience-rules-wrong")
    return {"segments/id": kept["id"]}


def uploaded(text: str) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("file", text.encode(), filename="名单.csv", content_type="text/csv")
    return form


async def _list(operator: Desk, phone: str) -> dict[str, str]:
    lists = f"{_API}/people-lists"
    text = f"手机号,地点\n{phone},一楼\nabc,=1+1\n"
    made = await operator.must("POST", lists, data=uploaded(text), status=201)
    one = f"{lists}/{made['id']}"
    assert (made["total"], made["bad"]) == (2, 1)
    await operator.must("GET", lists)
    await operator.must("GET", one)
    (bad,) = (await operator.must("GET", f"{one}/rows?only=bad"))["rows"]
    assert (bad["line"], bad["fault_code"]) == (3, "list-phone-wrong")
    await operator.must("GET", f"{one}/bad-rows")
    await operator.must("PUT", f"{one}/rows/3", {"cells": ["13000000000", "二楼"]})
    other = await operator.must("POST", lists, data=uploaded(text), status=201)
    await operator.must("DELETE", f"{lists}/{other['id']}", status=204)
    return {"people-lists/id": made["id"], "rows/line": "3"}


async def _templates(operator: Desk) -> dict[str, str]:
    root = f"{_API}/notice-templates"
    made = await operator.must("POST", root, _TEXT, status=201)
    one = f"{root}/{made['id']}"
    found = await operator.must("POST", f"{root}/check", {"body": "((日期))", "template": made["id"]})
    assert (found["added"], found["removed"]) == (["日期"], ["姓名", "事项"])
    await operator.must("GET", one)
    await operator.must("PUT", one, {**_TEXT, "name": "提醒二"})
    await operator.must("PUT", f"{one}/approvals", {"kind": "sms_template", "version": 1, "state": "waiting"})
    signed = {"kind": "sms_signature", "label": "一码通办", "state": "approved"}
    assert (await operator.must("PUT", f"{_API}/sms-signatures", signed))["signatures"]
    await operator.must("DELETE", one)
    await operator.must("POST", f"{one}/restoration", {})
    await operator.must("GET", root)
    return {"notice-templates/id": made["id"]}
