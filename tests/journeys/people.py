"""A resident with her phone, a member of staff at the console, a clerk at a counter."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import time
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import aiohttp
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image
from yarl import URL

from codes import dynamic
from server.demo.device import Device
from tests.journeys.visitor import Answer, Visitor


def a_page() -> bytes:
    """A small PDF that says it is one."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def a_photo() -> bytes:
    """A small JPEG."""
    content = io.BytesIO()
    Image.new("RGB", (64, 48), "#3366aa").save(content, "JPEG")
    return content.getvalue()


class Phone(Visitor):
    """A resident's phone: signs in by SMS, derives her code by itself."""

    def __init__(self, origin: str, number: str) -> None:
        super().__init__(origin)
        self.number = number
        self.me: dict[str, Any] = {}
        self._key: dict[str, Any] = {}

    async def __aenter__(self) -> Phone:
        await super().__aenter__()
        return self

    async def sms(self) -> list[str]:
        """What arrived on this phone, newest first (the demo's outbox)."""
        found = await self.must("GET", f"/dev/outbox?to={self.number}")
        return [message["text"] for message in found["messages"] if message["channel"] != "live"]

    async def one_time_code(self) -> str:
        """Ask for a sign-in code and wait for its SMS."""
        before = await self._latest()
        await self.must("POST", "/api/v1/otp", {"phone": self.number}, status=202)
        for _ in range(200):
            latest = await self._latest()
            if latest != before:
                return next(word for word in _digit_runs(latest[1]) if len(word) == 6)
            await asyncio.sleep(0.01)
        raise AssertionError("no SMS arrived within 2 s")

    async def _latest(self) -> tuple[str, str]:
        """When the newest sign-in code came, and its text; the outbox shows a bounded number, so none are counted."""
        found = await self.must("GET", f"/dev/outbox?to={self.number}")
        texts = [(one["at"], one["text"]) for one in found["messages"] if "验证码" in one["text"]]
        return texts[0] if texts else ("", "")

    async def sign_in(self) -> dict[str, Any]:
        """A session by SMS code; ``me``."""
        otp = await self.one_time_code()
        body = {"method": "sms", "phone": self.number, "otp": otp, "device": "test phone"}
        opened = await self.must("POST", "/api/v1/sessions", body, status=201)
        self.headers["Authorization"] = f"Bearer {opened['token']}"
        self.me = opened["resident"]
        return self.me

    async def verify(self, name: str, id_number: str) -> dict[str, Any]:
        """LoA 3 by name and number."""
        body = {"method": "name_and_id", "name": name, "id_number": id_number}
        done = await self.must("POST", "/api/v1/me/verifications", body, status=201)
        self.me = done["resident"]
        self.headers["Authorization"] = f"Bearer {done['token']}"
        return self.me

    async def upload(self, content: bytes, name: str, media: str) -> str:
        """Put one material; its file id."""
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name, content_type=media)
        done = await self.must("POST", "/api/v1/files", data=form, status=201)
        return str(done["file_id"])

    async def code(self, scene: str = "03", *, at: float | None = None) -> str:
        """Her code now, derived here; the key is fetched once."""
        if not self._key:
            self._key = await self.must("POST", "/api/v1/code-keys", {"device": "test phone"}, status=201)
        return self.derive(scene, at=time.time() if at is None else at)

    def derive(self, scene: str, *, at: float) -> str:
        """The digits that this phone shows at that moment, without asking anybody."""
        packed = self._key["key"]
        key = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        return dynamic.compose(key, self._key["handle"], dynamic.step_of(at), scene)

    def forget_key(self) -> None:
        """换一个: the next code comes from a fresh handle."""
        self._key = {}


class Desk(Visitor):
    """A member of staff; ``door`` is where the session cookie belongs: console or counter."""

    door = "console"

    def __init__(self, origin: str, staff_no: str, password: str) -> None:
        super().__init__(origin)
        self.staff_no, self._password = staff_no, password
        self.opened: dict[str, Any] = {}

    async def __aenter__(self) -> Desk:
        await super().__aenter__()
        return self

    async def sign_in(self) -> dict[str, Any]:
        """A session cookie and the token that unsafe calls carry."""
        body = {"staff_no": self.staff_no, "password": self._password}
        self.opened = await self.must("POST", f"/{self.door}/api/v1/sessions", body, status=201)
        self.headers["X-Yima-CSRF"] = self.opened["csrf"]
        return self.opened

    async def case(self, case_no: str) -> dict[str, Any]:
        found = await self.must("GET", f"/console/api/v1/cases/{case_no}")
        assert isinstance(found, dict)
        return found

    async def act(self, case_no: str, action: str, **more: Any) -> dict[str, Any]:
        """One transition of the case as it stands."""
        seen = await self.case(case_no)
        body = {"action": action, "version": seen["version"], **more}
        done = await self.must("POST", f"/console/api/v1/cases/{case_no}/transitions", body)
        assert isinstance(done, dict)
        return done


class Counter(Desk):
    """A clerk at a terminal, with a scanner. Every call is signed by the device that ``employ`` put there."""

    door = "counter"

    def __init__(self, origin: str, staff_no: str, password: str, device: Device | None = None) -> None:
        super().__init__(origin, staff_no, password)
        self.device = device or device_of(staff_no)
        self._ahead = 0.0  # of our clock, where a test has moved the town's

    async def __aenter__(self) -> Counter:
        await super().__aenter__()
        return self

    async def call(
        self, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Answer:
        """Signed; once more where the town's clock shows another time than ours."""
        if not path.startswith("/counter/api/"):
            return await super().call(method, path, body=body, headers=headers, **more)
        answer = await self._signed(method, path, body, headers, more)
        if answer.status == 403 and answer.body["code"] == "terminal-clock":
            self._ahead = answer.body["server_time"] - time.time()
            answer = await self._signed(method, path, body, headers, more)
        return answer

    async def _signed(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None, more: dict[str, Any]
    ) -> Answer:
        sent = {"Content-Type": "application/json", **(headers or {})} if body is not None else dict(headers or {})
        content = more.get("data", b"") if body is None else json.dumps(body).encode()
        target = URL(f"{self.origin}{path}").raw_path_qs
        key = sent.get("Idempotency-Key", "")
        signed = self.device.signature(method, target, content, time=time.time() + self._ahead, key=key)
        return await super().call(method, path, headers={**signed, **sent}, **{**more, "data": content or None})

    async def scan(self, text: str, purpose: str, *, key: str | None = None, **more: Any) -> Any:
        """The answer to one look at a code, good or not."""
        headers = {"Idempotency-Key": key} if key else {}
        body = {"text": text, "purpose": purpose, **more}
        return await self.call("POST", "/counter/api/v1/scans", body=body, headers=headers)


@cache
def device_of(staff_no: str) -> Device:
    """The device at the counter of this clerk: the same in every town, also in one of another process."""
    secret = int.from_bytes(hashlib.sha256(f"device of {staff_no}".encode()).digest()[1:])
    key = ec.derive_private_key(secret, ec.SECP256R1())
    return Device(key, uuid5(NAMESPACE_URL, f"urn:yima:test:{staff_no}"))


def _digit_runs(text: str) -> list[str]:
    return "".join(char if char in "0123456789" else " " for char in text).split()
