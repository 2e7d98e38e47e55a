"""A portrait register and a licence system for the demo and for tests: real HTTP on loopback, invented people and
drawn faces, and the failures that real ones have."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from aiohttp import web

from server.adapters.drawn_portrait import portrait

Mode = Literal["well", "down", "slow", "garbage", "nobody", "somebody_else"]
_OLD_BORN = 1847
"""Birth years of the cast are shifted: whoever is born before this is drawn with grey hair."""


class PapersStandIn:
    """``portraits`` and ``licences`` can be changed while it runs: down = 503, slow = no answer in time, garbage = not
    their form, nobody = knows nobody, somebody_else = answers for another person."""

    def __init__(
        self,
        people: Mapping[str, str],
        held: Mapping[str, Sequence[Mapping[str, Any]]],
        *,
        slow_seconds: float = 30.0,
    ) -> None:
        self._people = dict(people)
        self._held = {id_number: list(licences) for id_number, licences in held.items()}
        self._slow = slow_seconds
        self._codes: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._pictures: dict[str, bytes] = {}
        self._runner: web.AppRunner | None = None
        self.portraits: Mode = "well"
        self.licences: Mode = "well"
        self.url = ""

    async def open(self) -> None:
        """Listen on a free loopback port; ``url`` says where."""
        app = web.Application()
        app.router.add_post("/v1/portraits", self._portrait)
        app.router.add_post("/license/holder", self._holder)
        app.router.add_get("/license/get_license", self._license)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _trouble(self, mode: Mode) -> web.Response | None:
        if mode == "down":
            return web.json_response({"error": "maintenance"}, status=503)
        if mode == "slow":
            await asyncio.sleep(self._slow)
        if mode == "garbage":
            return web.Response(text="<html>gateway error</html>", content_type="text/html")
        return None

    async def _portrait(self, request: web.Request) -> web.Response:
        if (trouble := await self._trouble(self.portraits)) is not None:
            return trouble
        asked = await _asked(request)
        id_number = str(asked.get("id_number", ""))
        if self.portraits == "nobody" or self._people.get(id_number) != asked.get("name"):
            return web.json_response({"error": "no-portrait"}, status=404)
        shown = next(iter(set(self._people) - {id_number})) if self.portraits == "somebody_else" else id_number
        if shown not in self._pictures:
            self._pictures[shown] = await asyncio.to_thread(_draw, shown)
        image = base64.b64encode(self._pictures[shown]).decode()
        return web.json_response({"id_number": shown, "media_type": "image/png", "image": image})

    async def _holder(self, request: web.Request) -> web.Response:
        if (trouble := await self._trouble(self.licences)) is not None:
            return trouble
        asked = await _asked(request)
        id_number = str(asked.get("identity_number", ""))
        if self._people.get(id_number) != asked.get("holder_name"):
            return web.json_response({"ack_code": "FAILURE", "errors": [{"code": "holder"}], "data": None})
        found = (
            []
            if self.licences == "nobody"
            else [self._with_code(id_number, one) for one in self._held.get(id_number, [])]
        )
        return web.json_response({"ack_code": "SUCCESS", "errors": [], "data": {"licenses": found}})

    def _with_code(self, id_number: str, licence: Mapping[str, Any]) -> dict[str, Any]:
        code = f"stand-in-{secrets.token_hex(12)}"
        self._codes[code] = (self._people[id_number], licence)
        while len(self._codes) > 1_000:
            self._codes.pop(next(iter(self._codes)))
        return {"auth_code": code, **{name: value for name, value in licence.items() if name != "lines"}}

    async def _license(self, request: web.Request) -> web.Response:
        if (trouble := await self._trouble(self.licences)) is not None:
            return trouble
        found = self._codes.get(request.query.get("auth_code", ""))
        if found is None:
            return web.json_response({"ack_code": "FAILURE", "errors": [{"code": "auth_code"}]}, status=404)
        holder, licence = found
        lines = [{"label": label, "value": value} for label, value in licence["lines"]]
        return web.json_response({"ack_code": "SUCCESS", "errors": [], "data": {"holder": holder, "lines": lines}})


def _draw(id_number: str) -> bytes:
    woman = int(id_number[16]) % 2 == 0
    return portrait(id_number, woman=woman, old=int(id_number[6:10]) < _OLD_BORN)


async def _asked(request: web.Request) -> Mapping[str, Any]:
    try:
        found = json.loads(await request.text())
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def read_held(path: Path) -> dict[str, list[dict[str, Any]]]:
    """ID number → licences, from the demo's ``[[licences]]`` tables."""
    held: dict[str, list[dict[str, Any]]] = {}
    for one in tomllib.loads(path.read_text("utf-8"))["licences"]:
        held.setdefault(one["id_number"], []).append(
            {
                "type_code": one["type_code"],
                "name": one["name"],
                "number": one["number"],
                "issue_dept": one["issue_dept"],
                "issue_date": one["issue_date"],
                "expiry_date": one.get("expiry_date"),
                "status": one["status"],
                "lines": [list(line) for line in one["lines"]],
            }
        )
    return held
