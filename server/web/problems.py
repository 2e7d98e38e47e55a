"""The one error table: kinds of refusal to HTTP, and refusals to ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from config.floor.refusal import FieldFault, Invalid, Kind, Refusal
from config.floor.refusal import TooMany as TooMany
from config.wording import Wording

STATUS: dict[Kind, int] = {
    "malformed": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "missing": 404,
    "conflict": 409,
    "gone": 410,
    "too-large": 413,
    "media": 415,
    "invalid": 422,
    "limited": 429,
    "unavailable": 503,
}
MEDIA = "application/problem+json"


class MethodNotAllowed(Refusal):
    """This address exists, but not for this verb."""

    code = "method-not-allowed"
    kind = "malformed"


class HostUnknown(Refusal):
    """No portal answers at this host."""

    code = "host-unknown"
    kind = "malformed"


class ForeignOrigin(Refusal):
    """A browser sent this from another site."""

    code = "origin-foreign"
    kind = "forbidden"


class CsrfMissing(Refusal):
    """A staff call without the page's own token."""

    code = "csrf-missing"
    kind = "forbidden"


class Internal(Refusal):
    """Our fault. The log has the cause under the request id."""

    code = "internal"
    kind = "unavailable"


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    if isinstance(refusal, Internal):
        return 500
    if isinstance(refusal, MethodNotAllowed):
        return 405
    return 421 if isinstance(refusal, HostUnknown) else STATUS[refusal.kind]


def body_of(refusal: Refusal, wording: Wording, language: str) -> bytes:
    """The problem document: type, title, status, code, detail, the refusal's facts, and the wrong fields."""
    key = f"problems.{refusal.words or refusal.code}"
    problem: dict[str, Any] = {
        **refusal.facts,
        **refusal.more,
        "type": f"urn:yima:problem:{refusal.code}",
        "title": wording.text(f"{key}.title", language, **refusal.facts),
        "status": status_of(refusal),
        "code": refusal.code,
        "detail": wording.text(f"{key}.detail", language, **refusal.facts),
    }
    if refusal.retry_after:
        problem["retry_after"] = refusal.retry_after
    if refusal.faults:
        problem["errors"] = [_fault(fault, wording, language) for fault in refusal.faults]
    return json.dumps(problem, ensure_ascii=False).encode("utf-8", "replace")


def _fault(fault: FieldFault, wording: Wording, language: str) -> dict[str, str]:
    key = f"faults.{fault.code}"
    known = key if wording.has(key) else "faults.invalid"
    return {"field": fault.field, "code": fault.code, "message": wording.text(known, language, **dict(fault.facts))}


def invalid_input(error: ValidationError) -> Invalid:
    """Pydantic's findings as one refusal; values are never repeated."""
    faults = []
    for found in error.errors(include_url=False, include_input=False)[:50]:
        facts = tuple((k, v) for k, v in found.get("ctx", {}).items() if isinstance(v, str | int))
        field = ".".join(str(part) for part in found["loc"])
        faults.append(FieldFault(field, found["type"].replace("_", "-"), facts))
    return Invalid(faults=faults)
