"""WeChat's message push: the address check, and events and messages in plain or safe mode, answered within 5 s."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import ConfigDict, StringConstraints

from config.floor.refusal import Missing
from notify.incoming import WrongCallback, text_of
from notify.wechat_crypt import LARGEST, Envelope, read_body
from notify.wechat_events import read_event
from server.web.json_body import MalformedJson, read_bytes
from server.web.operations import Call, NoBody, Open, Operations
from server.web.shapes import Wire

operations = Operations(tag="hooks")
PER_MINUTE = 6_000
_SECONDS = 3.0
_Short = Annotated[str, StringConstraints(max_length=256)]


class WeChatQuery(Wire):
    """What WeChat puts behind the address; whatever it adds one day is not ours to refuse."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    signature: _Short = ""
    timestamp: _Short = ""
    nonce: _Short = ""
    echostr: _Short = ""
    openid: _Short = ""
    encrypt_type: _Short = ""
    msg_signature: _Short = ""


@operations.get(
    "/hooks/{account}",
    name="checkWeChatAddress",
    summary="WeChat checks the address of its message push",
    access=Open(),
    query=WeChatQuery,
    media="binary",
    problems=("not-found",),
)
async def check(call: Call[NoBody, WeChatQuery]) -> web.Response:
    """The echo as plain text, for whoever knows the token."""
    envelope, asked = _envelope(call), call.query
    if not asked.echostr or not envelope.is_from_wechat(asked.signature, asked.timestamp, asked.nonce):
        raise Missing()
    return web.Response(text=asked.echostr, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})


@operations.post(
    "/hooks/{account}",
    name="hearWeChat",
    summary="WeChat: what people allowed, what became of cards, who spoke",
    access=Open(),
    query=WeChatQuery,
    own_unit=True,
    media="raw",
    limit=PER_MINUTE,
    problems=("not-found", "malformed-json"),
)
async def hear(call: Call[NoBody, WeChatQuery]) -> web.Response:
    """Checked, opened, kept, answered ``success``: anything else would show people an error, or come twice more."""
    envelope = _envelope(call)
    raw = await read_bytes(call.request, limit=LARGEST, seconds=_SECONDS)
    try:
        plain = _opened(envelope, call.query, raw)
        told = read_event(read_body(plain))
        await call.services.callbacks.take(call.portal.id, call.path["account"], "event", told.key, plain)
    except WrongCallback as error:
        raise MalformedJson() from error
    return web.Response(text="success", content_type="text/plain")


def _envelope(call: Call[NoBody, WeChatQuery]) -> Envelope:
    found: Envelope | None = call.services.channels.envelopes.get(call.path["account"])
    if found is None:
        raise Missing()
    return found


def _opened(envelope: Envelope, asked: WeChatQuery, raw: bytes) -> bytes:
    """The message itself. In safe mode ``msg_signature`` counts, which covers the sealed text; an account that has a
    key takes nothing unsealed, or whoever learns one signature could write anything under it."""
    if not envelope.keys:
        if not envelope.is_from_wechat(asked.signature, asked.timestamp, asked.nonce):
            raise Missing()
        return raw
    sealed = text_of_sealed(raw)
    if not envelope.is_from_wechat(asked.msg_signature, asked.timestamp, asked.nonce, sealed):
        raise Missing()
    return envelope.opened(sealed)


def text_of_sealed(raw: bytes) -> str:
    """The ``Encrypt`` part, longer than other texts of an answer may be."""
    sealed = read_body(raw).get("Encrypt")
    if not isinstance(sealed, str) or not sealed or not text_of(sealed):
        raise WrongCallback("not sealed")
    return sealed
