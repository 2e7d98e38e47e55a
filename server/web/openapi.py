"""OpenAPI 3.1, derived from the declared operations: nothing is described by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from server.web.operations import Device, NoBody, NoQuery, Open, Operation, Resident, Staff, Terminal
from server.web.problems import MEDIA
from server.web.shapes import Wire
from server.web.signed import HEADERS, SIGNATURE

_REF = "#/components/schemas/{model}"
_PATH_PARAMETER = re.compile(r"{(\w+)}")
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "What happened, in the caller's language"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; clients decide by it"},
        "detail": {"type": "string", "description": "Why, and what to do now"},
        "retry_after": {"type": "integer", "description": "Seconds until it is worth trying again, as in Retry-After"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
            },
        },
    },
}
_ALWAYS = (400, 403, 404, 421, 429, 500, 503)


def describe(
    operations: Iterable[Operation], statuses: Mapping[str, int], *, title: str, version: str
) -> dict[str, Any]:
    """The document. ``statuses``: every problem code → its HTTP status."""
    all_operations = [op for op in operations if op.path.startswith("/")]
    schemas = _schemas(all_operations)
    paths: dict[str, dict[str, Any]] = {}
    for op in all_operations:
        paths.setdefault(op.path, {})[op.method.lower()] = _operation(op, statuses)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": "Residents, counters and staff of one city."},
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM, **schemas},
            "securitySchemes": {
                "resident": {"type": "http", "scheme": "bearer"},
                "console": {"type": "apiKey", "in": "cookie", "name": "yima_console"},
                "counter": {"type": "apiKey", "in": "cookie", "name": "yima_counter"},
                "terminal": {"type": "apiKey", "in": "header", "name": SIGNATURE},
            },
        },
    }


def _schemas(operations: list[Operation]) -> dict[str, Any]:
    read = {op.body for op in operations if op.body is not NoBody}
    written = {op.answer for op in operations if op.answer is not None}
    wanted: list[tuple[type[Wire], Any]] = [(model, "validation") for model in read]
    wanted += [(model, "serialization") for model in written]
    _, found = models_json_schema(sorted(wanted, key=lambda pair: (pair[0].__name__, pair[1])), ref_template=_REF)
    definitions: dict[str, Any] = found.get("$defs", {})
    return definitions


def _operation(op: Operation, statuses: Mapping[str, int]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": op.name,
        "summary": op.summary,
        "tags": [op.tag],
        "security": _security(op),
        "parameters": [*_path_parameters(op), *_query_parameters(op), *_header_parameters(op)],
        "responses": _responses(op, statuses),
    }
    if isinstance(op.access, Resident) and (op.access.loa > 2 or op.access.loa_if):
        described["x-yima-loa"] = {"needed": op.access.loa}
        if op.access.loa_if:
            field, value, loa = op.access.loa_if
            described["x-yima-loa"] |= {"field": field, "value": value, "then": loa}
    if op.media == "multipart":
        part = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": part}}}
    elif op.media == "raw":
        described["requestBody"] = {"required": True, "content": {"*/*": {"schema": {}}}}  # as the provider sends it
    elif op.body is not NoBody:
        reference = {"$ref": _REF.format(model=op.body.__name__)}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
    return described


def _security(op: Operation) -> list[dict[str, list[str]]]:
    match op.access:
        case Open():
            return []
        case Resident():
            return [{"resident": []}]
        case Staff():
            return [{"console": []}]
        case Device():
            return [{"terminal": []}]
        case Terminal():
            return [{"counter": [], "terminal": []}]


def _path_parameters(op: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 128}}
        for name in _PATH_PARAMETER.findall(op.path)
    ]


def _query_parameters(op: Operation) -> list[dict[str, Any]]:
    if op.query is NoQuery:
        return []
    schema = op.query.model_json_schema(ref_template=_REF)
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": one}
        for name, one in schema.get("properties", {}).items()
    ]


def _header_parameters(op: Operation) -> list[dict[str, Any]]:
    found = []
    if op.idempotent:
        key = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[\\x21-\\x7e]+$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    if isinstance(op.access, Device | Terminal):
        found += [
            {"name": name, "in": "header", "required": True, "description": meaning, "schema": {"type": "string"}}
            for name, meaning in HEADERS.items()
        ]
    if op.method != "GET" and isinstance(op.access, Staff | Terminal):
        found.append({"name": "X-Yima-CSRF", "in": "header", "required": True, "schema": {"type": "string"}})
    return found


def _responses(op: Operation, statuses: Mapping[str, int]) -> dict[str, Any]:
    responses: dict[str, Any] = {str(op.status): _success(op)}
    codes: dict[int, list[str]] = {status: [] for status in _ALWAYS}
    if not isinstance(op.access, Open):
        codes[401] = ["unauthenticated"]
    if isinstance(op.access, Device | Terminal):
        codes[403] = ["terminal-unknown", "terminal-clock"]
        if op.method != "GET":
            codes[409] = ["terminal-nonce-used"]
    if op.method != "GET":
        codes |= {413: ["too-large"], 415: ["unsupported-media"]}
    codes[422] = ["invalid-input"]
    for code in op.problems:
        codes.setdefault(statuses[code], []).append(code)
    for status, named in sorted(codes.items()):
        schema = {"$ref": "#/components/schemas/Problem"}
        text = ", ".join(sorted(set(named))) or "see code"
        responses[str(status)] = {"description": text, "content": {MEDIA: {"schema": schema}}}
    return responses


def _success(op: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"description": op.summary}
    if op.answer is not None:
        schema = {"$ref": _REF.format(model=op.answer.__name__)}
        described["content"] = {"application/json": {"schema": schema}}
    elif op.media == "html":
        described["content"] = {"text/html": {"schema": {"type": "string"}}}
    elif op.media == "binary":
        described["content"] = {"*/*": {"schema": {}}}  # whatever was uploaded
    elif op.media == "stream":
        described["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
    return described
