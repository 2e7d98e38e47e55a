"""Documents 文书: numbered, dated, and fixed at the moment they were issued."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.domain.cases.errors import DocumentMissing
from server.domain.cases.records import DOCUMENT, CaseRecord
from server.domain.cases.workflow import Paper

_CODE = {
    Paper.RECEIPT: "SJ",
    Paper.CORRECTION: "BZ",
    Paper.ACCEPTANCE: "SL",
    Paper.NOT_ACCEPTANCE: "BS",
    Paper.SPECIAL_PROCEDURE: "TB",
    Paper.GRANT: "ZY",
    Paper.REFUSAL: "BY",
    Paper.SERVICE: "SD",
    Paper.RETURN: "TJ",
}
"""The two letters of each kind in a document number (收件 补正 受理 不受理 特别程序 准予 不予 送达 退件): our own."""


_KINDS = {letters: kind for kind, letters in _CODE.items()}


def kind_of(number: str) -> Paper | None:
    """What kind of paper a number is of, by its two letters."""
    parts = number.rsplit("-", 3)
    return _KINDS.get(parts[1]) if len(parts) == 4 else None


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One line of a document that lists things: what, and why."""

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was issued, with its text opened."""

    document_no: str
    kind: Paper
    issued_on: date
    served_at: datetime | None
    case_no: str
    item_name: str
    department: str
    applicant: str
    acting: str
    receiver: str
    reason: str
    due: date | None
    provisional: bool
    rows: tuple[PaperRow, ...]
    served: tuple[str, ...]


async def next_number(unit: Unit, kind: Paper, region: str) -> str:
    """The next number of this portal, year and kind. Taken inside the unit: a number that rolls back is free again."""
    year = unit.today.year
    row = await sql.row(
        "INSERT INTO case_document_numbers (id, portal, region, year, kind, number) VALUES ($1,$2,$3,$4,$5,1)"
        " ON CONFLICT (portal, year, kind) DO UPDATE SET number = case_document_numbers.number + 1 RETURNING number",
        new_id(), unit.portal, region, year, kind.value,
    )  # fmt: skip
    assert row is not None
    return f"{unit.portal.upper()}-{_CODE[kind]}-{year}-{int(row['number']):06d}"


async def issue(
    unit: Unit,
    vault: Vault,
    case: CaseRecord,
    kind: Paper,
    *,
    title: str,
    applicant: str,
    acting: str = "",
    receiver: str = "",
    reason: str = "",
    due: date | None = None,
    provisional: bool = False,
    rows: Sequence[PaperRow] = (),
    served: Sequence[str] = (),
) -> str:
    """Number, date and keep one document; its number."""
    number = await next_number(unit, kind, case.region)
    data = {
        "applicant": applicant,
        "acting": acting,
        "receiver": receiver,
        "reason": reason,
        "due": due.isoformat() if due else None,
        "provisional": provisional,
        "rows": [[row.label, row.reason] for row in rows],
        "served": list(served),
    }
    await sql.execute(
        "INSERT INTO case_documents (id, case_id, portal, region, document_no, kind, title, issued_on, data)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
        new_id(), case.id, unit.portal, case.region, number, kind.value, title, unit.today,
        vault.seal(sql.to_json(data), DOCUMENT),
    )  # fmt: skip
    return number


async def serve_all(unit: Unit, case_id: UUID) -> list[str]:
    """Mark every document of the case that was not yet served as served now; their numbers."""
    rows = await sql.rows(
        "UPDATE case_documents SET served_at = $1 WHERE case_id = $2 AND served_at IS NULL RETURNING document_no",
        unit.now, case_id,
    )  # fmt: skip
    return sorted(str(row["document_no"]) for row in rows)


async def read(vault: Vault, case: CaseRecord, document_no: str) -> Document:
    """One document of a case that the caller may see."""
    row = await sql.row(
        "SELECT document_no, kind, issued_on, served_at, data FROM case_documents"
        " WHERE case_id = $1 AND document_no = $2",
        case.id, document_no,
    )  # fmt: skip
    if row is None:
        raise DocumentMissing
    data: Mapping[str, Any] = json.loads(vault.open(bytes(row["data"]), DOCUMENT))
    return Document(
        document_no=row["document_no"],
        kind=Paper(row["kind"]),
        issued_on=sql.day(row["issued_on"]),
        served_at=sql.instant_or_none(row["served_at"]),
        case_no=case.case_no,
        item_name=case.item_name,
        department=case.department,
        applicant=str(data["applicant"]),
        acting=str(data.get("acting", "")),
        receiver=str(data.get("receiver", "")),
        reason=str(data["reason"]),
        due=sql.day_or_none(data["due"]),
        provisional=bool(data["provisional"]),
        rows=tuple(PaperRow(label, reason) for label, reason in data["rows"]),
        served=tuple(data["served"]),
    )
