"""Sign-in codes."""

from __future__ import annotations

from config.floor.refusal import Refusal
from miniapp_api.wire.me import AskCode, CodeAsked
from server.web.operations import Call, NoQuery, Open, Operations

operations = Operations(tag="sign-in")


@operations.post(
    "/api/v1/otp",
    name="askCode",
    summary="Send a sign-in code by SMS",
    access=Open(),
    body=AskCode,
    answer=CodeAsked,
    status=202,
    problems=("phone-invalid", "otp-too-many"),
)
async def ask_code(call: Call[AskCode, NoQuery]) -> CodeAsked | Refusal:
    """The answer is the same whether or not the number belongs to a resident."""
    sent = await call.services.otp.send(call.unit, call.body.phone, address=call.client, language=call.language)
    if isinstance(sent, Refusal):
        return sent
    return CodeAsked(retry_after=sent.retry_after, expires_in=sent.expires_in)
