"""The console's pages. They carry the frame and the words; what they show and do goes through the JSON API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from server.domain.cases.workflow import Status
from server.domain.halls.plan import Hall, said
from server.domain.staff.permissions import held, may
from server.web import case_words
from server.web.operations import Call, NoBody, NoQuery, Open, Staff
from server.web.pages import Page, Pages, own_path
from server.web.ticket_words import slip

pages = Pages(templates=Path(__file__).parent / "templates")
PageCall = Call[NoBody, NoQuery]

SIGN_IN = "/console/sign-in"
DOORS = (
    ("today", "/console", "console.enter"),
    ("cases", "/console/cases", "cases.read"),
    ("halls", "/console/halls", "halls.manage"),
    ("campaigns", "/console/campaigns", "campaigns.read"),
    ("notices", "/console/notices", "notices.watch"),
    ("approvals", "/console/approvals", "campaigns.approve"),
    ("terminals", "/console/terminals", "terminals.manage"),
    ("delegations", "/console/delegations", "delegations.confirm"),
    ("losses", "/console/losses", "losses.report"),
    ("letters", "/console/letters", "notices.paper"),
    ("conflicts", "/console/conflicts", "conflicts.manage"),
    ("corrections", "/console/corrections", "corrections.answer"),
    ("staff", "/console/staff", "staff.read"),
    ("audit", "/console/audit", "audit.read"),
)
_LIGHTS = ("overdue", "red", "yellow", "green", "none")
_VIEWS = ("mine", "department", "all")


def framed(
    call: PageCall, name: str, *, here: str, title: str = "", facts: dict[str, Any] | None = None, **more: Any
) -> Page:
    context = {
        "page": name,
        "title": title or call.text(f"console.titles.{name}"),
        "facts": facts or {},
        **frame(call, here),
        **more,
    }
    return Page(f"{name}.html", context)


def full_view_facts(call: PageCall, permission: str) -> dict[str, str]:
    """The words of a full view, where this employee may ask for one."""
    if not may(call.staff.roles, permission):
        return {}
    return {"full": json.dumps(call.services.wording.group("full_view", call.language), ensure_ascii=False)}


def frame(call: PageCall, here: str) -> dict[str, Any]:
    """What every page of the console is framed by."""
    lock = call.services.settings.staff.lock_minutes
    return {"doors": _doors(call, here), "lock_minutes": lock, "trial": False}


async def on_trial(call: PageCall) -> bool:
    """Whether what this member of staff publishes reaches only the department's test list: said on every such page."""
    return may(call.staff.roles, "campaigns.write") and await call.services.campaigns.teams.on_trial(
        call.unit, call.staff.department
    )


def _doors(call: PageCall, here: str) -> list[dict[str, Any]]:
    return [
        {"href": href, "label": call.text(f"console.nav.{key}"), "here": key == here}
        for key, href, permission in DOORS
        if may(call.staff.roles, permission)
    ]


@pages.get(SIGN_IN, access=Open())
async def sign_in(call: PageCall) -> Page:
    """The way in; afterwards to where one wanted to go, if that is inside the console."""
    context = {
        "title": call.text("console.titles.sign_in"),
        "then": own_path(call.request.query.get("next", ""), "/console"),
    }
    return Page("sign_in.html", context)


@pages.get("/console", access=Staff("console.enter"), sign_in=SIGN_IN)
async def today(call: PageCall) -> Page:
    """Where a working day begins; what it holds depends on what this person may do."""
    return framed(call, "today", here="today", facts={"may": " ".join(held(call.staff.roles))})


@pages.get("/console/cases", access=Staff("cases.read"), sign_in=SIGN_IN)
async def cases(call: PageCall) -> Page:
    """The queue."""
    statuses = {status.value: case_words.staff_status(call, status) for status in Status if status is not Status.DRAFT}
    return framed(call, "cases", here="cases", statuses=statuses, lights=_LIGHTS, views=_VIEWS)


@pages.get("/console/cases/{case_no}", access=Staff("cases.read"), sign_in=SIGN_IN)
async def case(call: PageCall) -> Page:
    """One case."""
    case_no = call.path["case_no"][:40]
    title = call.text("console.titles.case", case_no=case_no)
    return framed(
        call, "case", here="cases", title=title,
        facts={"case": case_no, "values": "1" if may(call.staff.roles, "cases.whole_values") else ""}
        | full_view_facts(call, "cases.full_view"),
    )  # fmt: skip


@pages.get("/console/halls", access=Staff("halls.manage"), sign_in=SIGN_IN)
async def halls(call: PageCall) -> Page:
    """Which hall; straight into it where there is one only."""
    found = call.services.halls.of_staff(call.unit, call.staff)
    if len(found) == 1:
        return _hall(call, found[0])
    names = [(hall.code, said(hall.name, call.language), said(hall.address, call.language)) for hall in found]
    return framed(call, "halls", here="halls", title=call.text("halls.manager.list_title"), halls=names)


@pages.get("/console/halls/{hall}", access=Staff("halls.manage"), sign_in=SIGN_IN)
async def hall(call: PageCall) -> Page:
    """One hall's counters and lines."""
    return _hall(call, call.services.halls.managed(call.unit, call.staff, call.path["hall"]))


def _hall(call: PageCall, plan: Hall) -> Page:
    name = said(plan.name, call.language)
    return framed(
        call, "hall", here="halls", title=name, facts={"hall": plan.code, "hallname": name}, sample=plan.sample
    )


@pages.get("/console/halls/{hall}/tickets/{id}/slip", access=Staff("halls.manage"), sign_in=SIGN_IN)
async def ticket_slip(call: PageCall) -> Page:
    """A number on paper, 80 mm wide."""
    plan = call.services.halls.managed(call.unit, call.staff, call.path["hall"])
    return slip(call, plan, await call.services.halls.one(call.unit, plan, call.path_id("id")))


@pages.get("/console/audit", access=Staff("audit.read"), sign_in=SIGN_IN)
async def audit(call: PageCall) -> Page:
    """The record, its seals, and the proof."""
    words = call.services.wording.group("audit", call.language)
    return framed(call, "audit", here="audit", facts={"labels": json.dumps(words, ensure_ascii=False)})


@pages.get("/console/terminals", access=Staff("terminals.manage"), sign_in=SIGN_IN)
async def terminals(call: PageCall) -> Page:
    """The counters' devices."""
    limits, language = call.services.settings.limits, call.language
    purposes = [(one.code, said(one.label, language)) for one in call.services.purposes.all()]
    usual = {
        "scans_per_minute": limits.terminal_scans_per_minute,
        "failures": limits.terminal_failures,
        "lock_seconds": limits.terminal_lock_seconds,
    }
    labels = call.services.wording.group("terminals.console", language)
    facts = {
        "labels": json.dumps(labels, ensure_ascii=False),
        "purposes": json.dumps(purposes, ensure_ascii=False),
        "usual": json.dumps(usual),
    }
    return framed(call, "terminals", here="terminals", facts=facts)


@pages.get("/console/delegations", access=Staff("delegations.confirm"), sign_in=SIGN_IN)
async def delegations(call: PageCall) -> Page:
    """Newborns that guardians have begun on the phone, and what has been recorded and a second person confirms."""
    words, newborns = (call.services.wording.group(one, call.language) for one in ("delegation_desk", "newborn_desk"))
    facts = {
        "labels": json.dumps(words, ensure_ascii=False),
        "newborns": json.dumps(newborns, ensure_ascii=False),
        "me": call.staff.staff_no,
    }
    title = call.text("delegation_desk.console_title")
    return framed(call, "delegations", here="delegations", title=title, facts=facts)


@pages.get("/console/losses", access=Staff("losses.report"), sign_in=SIGN_IN)
async def losses(call: PageCall) -> Page:
    """A loss reported by telephone (hall managers, after calling back) or with the card in hand."""
    words = call.services.wording.group("loss_desk", call.language)
    proofs = ("called_back", "card") if may(call.staff.roles, "losses.call_back") else ("card",)
    facts = {"labels": json.dumps(words, ensure_ascii=False)}
    return framed(call, "losses", here="losses", title=call.text("loss_desk.title"), facts=facts, proofs=proofs)


@pages.get("/console/conflicts", access=Staff("conflicts.manage"), sign_in=SIGN_IN)
async def conflicts(call: PageCall) -> Page:
    """Reads of credentials that do not fit together."""
    words = call.services.wording.group("credentials.conflicts", call.language)
    facts = {
        "labels": json.dumps(words, ensure_ascii=False),
        "auditor": "1" if may(call.staff.roles, "audit.read") else "",
    }
    return framed(call, "conflicts", here="conflicts", facts=facts)
