"""Filling in an item's form the way a person does: from what the item itself asks for."""

from __future__ import annotations

from typing import Any

from tests.journeys.people import Phone, a_page, a_photo

_WORDS = "示范印刷有限公司东街二号"
_FORMATTED = {"uscc": "91511602MA00000000", "id_number": "511602182503121178"}


def answer_for(field: dict[str, Any]) -> Any:
    """A plausible answer to one field of a form."""
    if field.get("prefill") not in (None, "") and not isinstance(field["prefill"], dict):
        return field["prefill"]
    if field.get("format") in _FORMATTED:
        return _FORMATTED[field["format"]]
    match field["kind"]:
        case "number":
            return field["minimum"] if field.get("minimum") is not None else 1
        case "date":
            return field["minimum"] or field["maximum"] or "2026-11-20"
        case "choice":
            return field["options"][0]["value"]
        case "choices":
            return [field["options"][0]["value"]]
        case "checkbox":
            return True
        case "phone":
            return "15400000001"
        case _:
            return (_WORDS * 3)[: min(field.get("max_length") or 12, 12)]


def fill(item: dict[str, Any], **known: Any) -> dict[str, Any]:
    """Answers to every field that is asked for, with ``known`` ones first."""
    answers: dict[str, Any] = {}
    for section in item["form"]:
        for field in section["fields"]:
            condition = field.get("show_if")
            if condition and answers.get(condition["field"]) != condition["equals"]:
                continue
            if field["required"] or field["code"] in known:
                answers[field["code"]] = known.get(field["code"], answer_for(field))
    return answers


async def materials(phone: Phone, item: dict[str, Any]) -> list[dict[str, str]]:
    """Every required material of an item, uploaded."""
    put = []
    for wanted in item["materials"]:
        if wanted["required"]:
            if "pdf" in wanted["media"]:
                file_id = await phone.upload(a_page(), "材料.pdf", "application/pdf")
            else:
                file_id = await phone.upload(a_photo(), "照片.jpg", "image/jpeg")
            put.append({"code": wanted["code"], "file_id": file_id})
    return put


def first_field(item: dict[str, Any]) -> str:
    """The first required plain text field, for a correction to name."""
    for section in item["form"]:
        for field in section["fields"]:
            if field["required"] and field["kind"] in ("text", "multiline") and not field.get("show_if"):
                return str(field["code"])
    raise AssertionError("the item's form asks for no text")
