"""The identity port over HTTP: asks a population register whether a name belongs to a number.

The wire shape is our own neutral one (a city puts its register's gateway behind it):
``POST {base}/v1/name-and-number`` ``{"request_id", "name", "id_number"}`` → 200 ``{"result": "match" | "mismatch"}``,
and for legal persons ``POST {base}/v1/legal-representative`` with ``uscc`` and ``organisation`` beside them.
"""

from __future__ import annotations

import json
import logging

from aiohttp import ClientError, ClientSession, ClientTimeout

from config.floor.ids import new_id
from server.domain.residents.errors import RegisterUnavailable

_log = logging.getLogger("yima.register")
_LONGEST = 4096


class HttpIdentityRegister:
    """One session, bounded times and sizes, no redirects. Every failure is ``RegisterUnavailable``, nothing else."""

    def __init__(self, base_url: str, *, timeout: float = 3.0) -> None:
        self._base = base_url.rstrip("/")
        self._timeout = ClientTimeout(total=timeout, connect=min(1.0, timeout))
        self._session: ClientSession | None = None

    async def open(self) -> None:
        self._session = ClientSession(timeout=self._timeout)

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def matches(self, name: str, id_number: str) -> bool:
        """Whether the register knows this name with this number."""
        return await self._ask("name-and-number", {"name": name, "id_number": id_number})

    async def represents(self, uscc: str, organisation: str, name: str, id_number: str) -> bool:
        """Whether the register of legal persons names this person as the organisation's legal representative."""
        asked = {"uscc": uscc, "organisation": organisation, "name": name, "id_number": id_number}
        return await self._ask("legal-representative", asked)

    async def _ask(self, what: str, facts: dict[str, str]) -> bool:
        assert self._session is not None
        asked = {"request_id": str(new_id()), **facts}
        try:
            async with self._session.post(f"{self._base}/v1/{what}", json=asked, allow_redirects=False) as answer:
                if answer.status != 200:
                    _log.warning("the register answered %s", answer.status)
                    raise RegisterUnavailable(retry_after=60)
                raw = await answer.content.read(_LONGEST)
        except (ClientError, TimeoutError, OSError) as error:
            _log.warning("the register did not answer: %s", type(error).__name__)
            raise RegisterUnavailable(retry_after=60) from None
        return _read(raw)


def _read(raw: bytes) -> bool:
    try:
        result = json.loads(raw)["result"]
    except (ValueError, KeyError, TypeError):
        result = None
    if result not in ("match", "mismatch"):
        _log.warning("the register's answer cannot be read")
        raise RegisterUnavailable(retry_after=60)
    return bool(result == "match")
