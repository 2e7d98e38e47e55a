"""Operators' own templates: versions that freeze when they are used, vendors' approvals as data, where each is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault, Invalid
from config.floor.unit import Actor, Unit
from notify import cursor as cursors
from notify.errors import TemplateMissing
from notify.placeholders import check_words, key, placeholders
from notify.render import TemplateFault
from notify.safety import SafetyRules, refuse_strange

ApprovalKind = Literal["sms_signature", "sms_template", "wechat_template", "oa_template", "alipay_template"]
ApprovalState = Literal["not_asked", "waiting", "approved", "refused"]
PAGE = 100
_COLUMNS = (
    "t.id, t.name, t.category, t.version, t.updated_at, t.discarded_at, v.title, v.body, v.author_no, v.frozen_at, "
    "v.elder_title, v.elder_body"
)
_JOINED = "notify_templates t JOIN notify_template_versions v ON v.template_id = t.id AND v.number = t.version"


@dataclass(frozen=True, slots=True)
class Version:
    """One wording."""

    number: int
    title: str
    body: str
    author_no: str
    created_at: datetime
    frozen: bool
    elder_title: str = ""
    elder_body: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a version. The elder wording, for who chose 长辈版, is there whole or not at all."""

    title: str
    body: str
    elder_title: str = ""
    elder_body: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """What a vendor has said. ``template`` None: a signature, which belongs to the portal."""

    id: UUID
    kind: ApprovalKind
    template: UUID | None
    version: int
    label: str
    code: str
    state: ApprovalState
    note: str
    updated_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class OperatorTemplate:
    """A template with its newest words."""

    id: UUID
    name: str
    category: str
    version: int
    title: str
    body: str
    author_no: str
    frozen: bool
    updated_at: datetime
    discarded: bool
    elder_title: str = ""
    elder_body: str = ""

    @property
    def said(self) -> Said:
        """Its newest words."""
        return Said(self.title, self.body, self.elder_title, self.elder_body)


@dataclass(frozen=True, slots=True)
class Change:
    """What another wording would ask for that this one does not, and no longer."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def change(before: str, now: str) -> Change:
    """The placeholders that come and go; a spelling is no change."""
    old, new = placeholders(before), placeholders(now)
    had, have = {key(name) for name in old}, {key(name) for name in new}
    return Change(
        tuple(name for name in new if key(name) not in had), tuple(name for name in old if key(name) not in have)
    )


class OperatorTemplates:
    """The public door. ``safety``: portal id → which addresses its words may name."""

    def __init__(self, safety: Mapping[str, SafetyRules] | None = None) -> None:
        self._safety = safety or {}

    def _judge(self, unit: Unit, said: Said) -> None:
        texts = {one: getattr(said, one) for one in ("title", "body", "elder_title", "elder_body")}
        _judge(texts)
        refuse_strange(self._safety, unit, **texts)

    async def page(
        self, unit: Unit, cursor: str | None = None, limit: int = PAGE
    ) -> tuple[list[OperatorTemplate], str | None]:
        """Those changed last first and not put away, and where the next page begins; one statement."""
        values: list[Any] = [unit.portal, limit + 1]
        behind = cursors.behind(cursor, values, "t.updated_at", "t.id")
        rows = await sql.rows(
            f"SELECT {_COLUMNS} FROM {_JOINED} WHERE t.portal = $1 AND t.discarded_at IS NULL{behind} "
            "ORDER BY t.updated_at DESC, t.id DESC LIMIT $2",
            *values,
        )
        found = [_template(row) for row in rows[:limit]]
        return found, cursors.after(found[-1].updated_at, found[-1].id) if len(rows) > limit else None

    async def get(self, unit: Unit, template_id: UUID) -> OperatorTemplate:
        """One of this portal; ``TemplateMissing`` otherwise."""
        row = await sql.row(
            f"SELECT {_COLUMNS} FROM {_JOINED} WHERE t.id = $1 AND t.portal = $2", template_id, unit.portal
        )
        if row is None:
            raise TemplateMissing()
        return _template(row)

    async def write(
        self, unit: Unit, author: Actor, region: str, *, name: str, category: str, said: Said
    ) -> OperatorTemplate:
        """A new one, version 1. ``Invalid`` where its words are no template."""
        self._judge(unit, said)
        template_id = new_id()
        await sql.execute(
            "INSERT INTO notify_templates (id, portal, region, name, category, version, created_at, updated_at) "
            "VALUES ($1,$2,$3,$4,$5,1,$6,$6)",
            template_id, unit.portal, region, name, category, unit.now,
        )  # fmt: skip
        await _add_version(unit, author, template_id, 1, said)
        return await self.get(unit, template_id)

    async def rewrite(
        self, unit: Unit, author: Actor, template_id: UUID, *, name: str, category: str, said: Said
    ) -> OperatorTemplate:
        """Other words: the newest version while nothing used it, else one more. The same words change nothing."""
        self._judge(unit, said)
        now = await self.get(unit, template_id)
        number = now.version
        if said != now.said:
            changed = await sql.execute(
                "UPDATE notify_template_versions SET title=$1, body=$2, author_no=$3, created_at=$4, "
                "elder_title=$8, elder_body=$9 WHERE template_id=$5 AND number=$6 AND portal=$7 AND frozen_at IS NULL",
                said.title, said.body, author.label, unit.now, template_id, number, unit.portal,
                said.elder_title, said.elder_body,
            )  # fmt: skip
            if changed:
                await _forget_approvals(unit, template_id, number)
            else:
                number += 1
                await _add_version(unit, author, template_id, number, said)
        await sql.execute(
            "UPDATE notify_templates SET name=$1, category=$2, version=$3, updated_at=$4 WHERE id=$5",
            name, category, number, unit.now, template_id,
        )  # fmt: skip
        return await self.get(unit, template_id)

    async def discard(self, unit: Unit, template_id: UUID, *, back: bool) -> OperatorTemplate:
        """Put it away, or take it out again."""
        await self.get(unit, template_id)
        await sql.execute(
            "UPDATE notify_templates SET discarded_at=$1 WHERE id=$2", None if back else unit.now, template_id
        )
        return await self.get(unit, template_id)

    async def versions(self, unit: Unit, template_id: UUID) -> list[Version]:
        """All of them, newest first."""
        rows = await sql.rows(
            "SELECT number, title, body, author_no, created_at, frozen_at, elder_title, elder_body "
            "FROM notify_template_versions WHERE template_id = $1 AND portal = $2 ORDER BY number DESC LIMIT 50",
            template_id,
            unit.portal,
        )
        return [
            Version(
                int(r["number"]), r["title"], r["body"], r["author_no"], sql.instant(r["created_at"]),
                r["frozen_at"] is not None, r["elder_title"], r["elder_body"],
            )
            for r in rows
        ]  # fmt: skip

    async def used_by(self, unit: Unit, template_id: UUID) -> list[tuple[UUID, str, str, int]]:
        """The newest twenty notices that came from it: (id, title, status, version)."""
        rows = await sql.rows(
            "SELECT id, title, status, template_version FROM campaigns WHERE template_id = $1 AND portal = $2 "
            "AND discarded_at IS NULL ORDER BY created_at DESC LIMIT 20",
            template_id,
            unit.portal,
        )
        return [(sql.uid(r["id"]), r["title"], r["status"], int(r["template_version"])) for r in rows]

    async def approvals(self, unit: Unit, template_id: UUID | None) -> list[Approval]:
        """What vendors have said of one template, or of the portal's signatures."""
        which = "template_id = $2" if template_id else "template_id IS NULL"
        values = [unit.portal, template_id] if template_id else [unit.portal]
        rows = await sql.rows(
            "SELECT id, kind, template_id, version, label, code, state, note, updated_by, updated_at "
            f"FROM notify_vendor_approvals WHERE portal = $1 AND {which} ORDER BY version DESC, kind, label LIMIT 100",
            *values,
        )
        return [_approval(row) for row in rows]

    async def set_approval(
        self,
        unit: Unit,
        actor: Actor,
        *,
        kind: ApprovalKind,
        template: UUID | None,
        version: int,
        label: str,
        code: str,
        state: ApprovalState,
        note: str,
    ) -> None:
        """What a vendor says now; one row for a template's version and kind, one for a signature's label."""
        if template:
            await self.get(unit, template)
        ours: list[Any] = [label]
        which = "template_id IS NULL AND label = $9"
        if template:
            which, ours = "template_id = $9 AND version = $10", [template, version]
        found = await sql.execute(
            "UPDATE notify_vendor_approvals SET label=$1, code=$2, state=$3, note=$4, updated_by=$5, updated_at=$6 "
            f"WHERE portal=$7 AND kind=$8 AND {which}",
            label, code, state, note, actor.label, unit.now, unit.portal, kind, *ours,
        )  # fmt: skip
        if not found:
            await sql.execute(
                "INSERT INTO notify_vendor_approvals (id, portal, kind, template_id, version, label, code, state, "
                "note, updated_by, updated_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
                new_id(), unit.portal, kind, template, version, label, code, state, note, actor.label, unit.now,
            )  # fmt: skip


def _judge(texts: Mapping[str, str]) -> None:
    if bool(texts["elder_title"]) != bool(texts["elder_body"]):
        missing = "elder_body" if texts["elder_title"] else "elder_title"
        raise Invalid(faults=(FieldFault(missing, "required"),))
    for name, text in texts.items():
        try:
            check_words(text)
        except TemplateFault:
            raise Invalid(faults=(FieldFault(name, "template-words-wrong"),)) from None


async def _add_version(unit: Unit, author: Actor, template_id: UUID, number: int, said: Said) -> None:
    await sql.execute(
        "INSERT INTO notify_template_versions (id, template_id, portal, number, title, body, author_no, created_at, "
        "elder_title, elder_body) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)",
        new_id(), template_id, unit.portal, number, said.title, said.body, author.label, unit.now, said.elder_title,
        said.elder_body,
    )  # fmt: skip


async def _forget_approvals(unit: Unit, template_id: UUID, version: int) -> None:
    """Other words were never approved by anybody."""
    await sql.execute(
        "UPDATE notify_vendor_approvals SET state = 'not_asked', updated_at = $1 WHERE template_id = $2 "
        "AND version = $3 AND portal = $4",
        unit.now, template_id, version, unit.portal,
    )  # fmt: skip


def _template(row: sql.Row) -> OperatorTemplate:
    return OperatorTemplate(
        id=sql.uid(row["id"]),
        name=row["name"],
        category=row["category"],
        version=int(row["version"]),
        title=row["title"],
        body=row["body"],
        author_no=row["author_no"],
        frozen=row["frozen_at"] is not None,
        updated_at=sql.instant(row["updated_at"]),
        discarded=row["discarded_at"] is not None,
        elder_title=row["elder_title"],
        elder_body=row["elder_body"],
    )


def _approval(row: sql.Row) -> Approval:
    return Approval(
        sql.uid(row["id"]), row["kind"], sql.uid_or_none(row["template_id"]), int(row["version"]), row["label"],
        row["code"], row["state"], row["note"], row["updated_by"], sql.instant(row["updated_at"]),
    )  # fmt: skip
