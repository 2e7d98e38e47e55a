"""The pages of notices to many: campaigns, the desk to write at, the approver's, audiences, lists, templates."""

from __future__ import annotations

import json
from typing import Any

from server.domain.staff.permissions import may
from server.edges.console.pages import SIGN_IN, PageCall, framed, on_trial, pages
from server.web.operations import Staff
from server.web.pages import Page

_PLACEHOLDERS = ("((姓名))", "((事项))", "((地区))")


def _facts(call: PageCall, **more: str) -> dict[str, Any]:
    """What every one of these pages' scripts is told."""
    words = call.services.wording.group("publishing.script", call.language)
    readonly = "" if may(call.staff.roles, "campaigns.write") else "1"
    return {"more": json.dumps(words, ensure_ascii=False), "readonly": readonly, **more}


async def _published(call: PageCall, name: str, tab: str, *, title: str = "", **facts: str) -> Page:
    return framed(
        call, name, here="campaigns", title=title or call.text(f"publishing.titles.{name}"),
        facts=_facts(call, **facts), tab=tab, may_write=may(call.staff.roles, "campaigns.write"),
        trial=await on_trial(call),
    )  # fmt: skip


def _labels(call: PageCall) -> str:
    """The words of the phone frames and the compose form, for their script."""
    return json.dumps(call.services.wording.group("console.compose", call.language), ensure_ascii=False)


@pages.get("/console/campaigns", access=Staff("campaigns.read"), sign_in=SIGN_IN)
async def campaigns(call: PageCall) -> Page:
    """Notices to many."""
    return framed(
        call, "campaigns", here="campaigns", facts=_facts(call), tab="campaigns",
        may_write=may(call.staff.roles, "campaigns.write"), trial=await on_trial(call),
    )  # fmt: skip


async def _compose(call: PageCall, campaign: str) -> Page:
    regions = [{"code": call.portal.region, "name": call.text("console.compose.region_all")}]
    facts = _facts(call, campaign=campaign, labels=_labels(call), brand=call.portal.name)
    return framed(
        call, "compose", here="campaigns", facts=facts, regions=regions, placeholders=_PLACEHOLDERS,
        trial=await on_trial(call),
    )  # fmt: skip


@pages.get("/console/campaigns/new", access=Staff("campaigns.write"), sign_in=SIGN_IN)
async def new_campaign(call: PageCall) -> Page:
    """An empty sheet."""
    return await _compose(call, "")


@pages.get("/console/campaigns/{campaign_id}", access=Staff("campaigns.read"), sign_in=SIGN_IN)
async def campaign(call: PageCall) -> Page:
    """A notice that exists: its words, how it looks, how far it got."""
    return await _compose(call, str(call.path_id("campaign_id")))


@pages.get("/console/approvals", access=Staff("campaigns.approve"), sign_in=SIGN_IN)
async def approvals(call: PageCall) -> Page:
    """What waits for a second person."""
    facts = _facts(
        call, labels=_labels(call), brand=call.portal.name, staff=call.staff.staff_no,
        said_to_elders=call.text("elder.compose.summary_approval"),
    )  # fmt: skip
    return framed(call, "approvals", here="approvals", facts=facts, trial=await on_trial(call))


@pages.get("/console/audience", access=Staff("audience.write"), sign_in=SIGN_IN)
async def audience(call: PageCall) -> Page:
    """Rules about people, and those that were kept."""
    return await _published(call, "audience", "audience")


@pages.get("/console/lists", access=Staff("audience.write"), sign_in=SIGN_IN)
async def lists(call: PageCall) -> Page:
    """Upload, and what was uploaded."""
    return await _published(call, "lists", "lists")


@pages.get("/console/lists/{list_id}", access=Staff("audience.write"), sign_in=SIGN_IN)
async def one_list(call: PageCall) -> Page:
    """Its rows, the bad ones first."""
    found = await call.services.campaigns.lists.get(call.unit, call.path_id("list_id"))
    title = call.text("publishing.titles.list", name=found.name)
    return await _published(call, "list", "lists", title=title, list=str(found.id))


@pages.get("/console/templates", access=Staff("templates.read"), sign_in=SIGN_IN)
async def templates(call: PageCall) -> Page:
    """Words to begin with, and signatures."""
    return await _published(call, "templates", "templates")


@pages.get("/console/templates/new", access=Staff("templates.write"), sign_in=SIGN_IN)
async def new_template(call: PageCall) -> Page:
    """An empty one."""
    return await _published(
        call, "template", "templates", title=call.text("publishing.titles.template_new"), template=""
    )


@pages.get("/console/templates/{template_id}", access=Staff("templates.read"), sign_in=SIGN_IN)
async def template(call: PageCall) -> Page:
    """Its words, versions, approvals, uses."""
    found = await call.services.campaigns.templates.get(call.unit, call.path_id("template_id"))
    title = call.text("publishing.titles.template", name=found.name)
    return await _published(call, "template", "templates", title=title, template=str(found.id))


__all__ = ["pages"]
