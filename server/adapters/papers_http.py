"""Portraits and licences over HTTP.

Portraits, our own neutral shape (a city puts its population register's gateway behind it):
``POST {base}/v1/portraits`` ``{"request_id", "name", "id_number", "purpose", "basis"}`` → 200 ``{"id_number",
"media_type", "image": base64}``, 404 where there is none. The answer names whom it shows, and that is compared.

Licences, after the shape of Guangdong's interface (GD-LIC, ``facts`` as far as they are public: a holder's list gives
each licence a 用证码 ``auth_code``, the code gives the data, answers are ``{ack_code, errors, data}``); names of single
fields are our own:
``POST {base}/license/holder`` ``{"holder_name", "identity_number", "service_item_code", "service_item_name",
"biz_num"}`` → ``data.licenses[]`` ``{"auth_code", "type_code", "name", "number", "issue_dept", "issue_date",
"expiry_date", "status": "valid" | "expired" | "revoked"}`` · ``GET {base}/license/get_license?auth_code=`` →
``data`` ``{"holder", "lines": [{"label", "value"}]}``.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from aiohttp import ClientError, ClientSession, ClientTimeout

from config.floor.ids import new_id
from server.domain.licences.errors import LicenceMissing, LicencesUnavailable
from server.domain.licences.ports import Face, HeldLicence, Holder, Status
from server.domain.visits.errors import PortraitMissing, PortraitUnavailable
from server.domain.visits.ports import Portrait

_log = logging.getLogger("yima.papers")
_LONGEST = 2 * 1024 * 1024
_SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_STATUSES = ("valid", "expired", "revoked")
_RETRY = 60


class _Silent(Exception):
    """No usable answer; the log has said why."""


class _Source:
    """One session, bounded times and sizes, no redirects."""

    def __init__(self, base_url: str, *, timeout: float = 3.0) -> None:
        self._base = base_url.rstrip("/")
        self._timeout = ClientTimeout(total=timeout, connect=min(1.0, timeout))
        self._session: ClientSession | None = None

    async def open(self) -> None:
        self._session = ClientSession(timeout=self._timeout)

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def _ask(self, method: str, path: str, **asked: Any) -> tuple[int, Mapping[str, Any]]:
        """Status and JSON object of an answer that is 200 or 404; ``_Silent`` for everything else."""
        if not self._base:
            raise _Silent  # not connected in this deployment
        assert self._session is not None
        try:
            async with self._session.request(method, f"{self._base}{path}", allow_redirects=False, **asked) as answer:
                if answer.status not in (200, 404):
                    _log.warning("%s answered %s", path, answer.status)
                    raise _Silent
                raw = await answer.content.read(_LONGEST)
                while len(raw) < _LONGEST and (more := await answer.content.read(_LONGEST - len(raw))):
                    raw += more
                return answer.status, _object(raw, path)
        except (ClientError, TimeoutError, OSError) as error:
            _log.warning("%s did not answer: %s", path, type(error).__name__)
            raise _Silent from None


def _object(raw: bytes, path: str) -> Mapping[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        _log.warning("the answer of %s cannot be read", path)
        raise _Silent
    return found


class HttpPortraits(_Source):
    """``PortraitSource`` over HTTP."""

    async def portrait(self, name: str, id_number: str, *, purpose: str, basis: str) -> Portrait:
        asked = {
            "request_id": str(new_id()), "name": name, "id_number": id_number, "purpose": purpose, "basis": basis,
        }  # fmt: skip
        try:
            status, found = await self._ask("POST", "/v1/portraits", json=asked)
            if status == 404:
                raise PortraitMissing()
            return _portrait(found, id_number)
        except _Silent:
            raise PortraitUnavailable(retry_after=_RETRY) from None


def _portrait(found: Mapping[str, Any], id_number: str) -> Portrait:
    """The picture, if it is one and of the very person that was asked for."""
    media, image = found.get("media_type"), found.get("image")
    if found.get("id_number") != id_number:
        _log.warning("the portrait's source answered for somebody else")
        raise _Silent
    try:
        content = base64.b64decode(image, validate=True) if isinstance(image, str) else b""
    except (binascii.Error, ValueError):
        content = b""
    if media not in _SIGNATURES or not content.startswith(_SIGNATURES[media]):
        _log.warning("the portrait is no picture of the kind it says")
        raise _Silent
    return Portrait(media, content)


class HttpLicences(_Source):
    """``LicenceSystem`` over HTTP."""

    async def held(self, holder: Holder) -> list[HeldLicence]:
        asked = {
            "holder_name": holder.name, "identity_number": holder.id_number, "service_item_code": holder.business,
            "service_item_name": holder.basis, "biz_num": str(new_id()),
        }  # fmt: skip
        try:
            data = await self._data("POST", "/license/holder", json=asked)
            return [_licence(one) for one in data["licenses"]]
        except (_Silent, KeyError, TypeError, ValueError):
            raise LicencesUnavailable(retry_after=_RETRY) from None

    async def face(self, key: str) -> Face:
        try:
            status, answer = await self._ask("GET", "/license/get_license", params={"auth_code": key})
            if status == 404:
                raise LicenceMissing()
            data = _acknowledged(answer)
            lines = tuple((_text(line["label"]), _text(line["value"])) for line in data["lines"])
            return Face(_text(data["holder"]), lines)
        except (_Silent, KeyError, TypeError, ValueError):
            raise LicencesUnavailable(retry_after=_RETRY) from None

    async def _data(self, method: str, path: str, **asked: Any) -> Mapping[str, Any]:
        status, answer = await self._ask(method, path, **asked)
        return {"licenses": []} if status == 404 else _acknowledged(answer)


def _acknowledged(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """``data`` of an answer that says that it went well."""
    if answer.get("ack_code") != "SUCCESS" or not isinstance(answer.get("data"), dict):
        _log.warning("the licence system refused")
        raise _Silent
    return cast(Mapping[str, Any], answer["data"])


def _licence(one: Mapping[str, Any]) -> HeldLicence:
    if one["status"] not in _STATUSES:
        raise ValueError("status")
    expires = one.get("expiry_date")
    return HeldLicence(
        key=_text(one["auth_code"]),
        kind=_text(one["type_code"]),
        name=_text(one["name"]),
        number=_text(one["number"]),
        issuer=_text(one["issue_dept"]),
        issued_on=date.fromisoformat(_text(one["issue_date"])),
        expires_on=date.fromisoformat(_text(expires)) if expires else None,
        status=cast(Status, one["status"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 500:
        raise ValueError("text")
    return value
