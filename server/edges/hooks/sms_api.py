"""What providers of short messages tell: receipts and people's answers. They sign nothing: their address is secret."""

from __future__ import annotations

import hashlib
import hmac

from aiohttp import web

from config.floor.refusal import Missing
from notify.callbacks import CallbackKind
from notify.incoming import WrongCallback
from server.web.json_body import MalformedJson, read_bytes
from server.web.operations import Call, NoBody, NoQuery, Open, Operations

operations = Operations(tag="hooks")
LARGEST = 1_048_576
PER_MINUTE = 6_000
ANSWERS = {"aliyun-sms": '{"code":0,"msg":"成功"}', "tencent-sms": '{"result":0,"errmsg":"OK"}'}
"""What each provider takes for "received"; anything else it sends again."""
_KINDS: dict[str, CallbackKind] = {"receipts": "receipts", "answers": "inbound"}


@operations.post(
    "/hooks/sms/{provider}/{token}/{kind}",
    name="hearSmsProvider",
    summary="Providers of short messages: receipts and answers; the token is the provider's own secret",
    access=Open(),
    own_unit=True,
    media="raw",
    limit=PER_MINUTE,
    problems=("not-found", "malformed-json"),
)
async def hear(call: Call[NoBody, NoQuery]) -> web.Response:
    """Kept before it is answered; the same again is answered the same and does nothing."""
    provider, kind = call.path["provider"], _KINDS.get(call.path["kind"])
    known = call.services.channels.path_tokens.get(provider)
    secret = known.get_secret_value() if known else ""
    given = hmac.compare_digest(secret.encode(), call.path["token"].encode("utf-8", "replace"))
    if not secret or not given or kind is None or not call.services.callbacks.takes(provider, kind):
        raise Missing()
    raw = await read_bytes(call.request, limit=LARGEST, seconds=call.services.settings.limits.body_seconds)
    key = f"{kind}:{hashlib.sha256(raw).hexdigest()}"
    try:
        await call.services.callbacks.take(call.portal.id, provider, kind, key, raw)
    except WrongCallback as error:
        raise MalformedJson() from error
    return web.Response(text=ANSWERS[provider], content_type="application/json")
