"""What a registered terminal's request says about itself: four headers and the request that was really sent.

The signed text is described in ``server/domain/terminals/signatures.py``. A header that is absent or cannot be read
is the same refusal as a signature that does not fit: nobody learns from us what was wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from aiohttp import web

from server.domain.terminals.errors import TerminalUnknown
from server.domain.terminals.signatures import SignedRequest, decoded, hash_of

TERMINAL, TIME, NONCE, SIGNATURE = "X-Yima-Terminal", "X-Yima-Time", "X-Yima-Nonce", "X-Yima-Signature"
HEADERS = {
    TERMINAL: "The terminal's id",
    TIME: "Unix time of the request, whole seconds; within a minute of ours",
    NONCE: "16 to 64 characters of base64url, used once",
    SIGNATURE: "ES256 over the request as the terminals' rules describe it: r and s, 64 bytes, base64url",
}
"""Header → what it holds, as the published contract says."""

_TIME = re.compile(r"[0-9]{1,12}", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Head:
    """The four headers, read."""

    terminal_id: UUID
    time: int
    nonce: str
    signature: bytes


def head_of(request: web.Request) -> Head:
    """The headers of a signed request; ``TerminalUnknown`` where there are none that can be read."""
    headers = request.headers
    time, nonce = headers.get(TIME, ""), headers.get(NONCE, "")
    signature = decoded(headers.get(SIGNATURE, ""))
    if not (signature and _TIME.fullmatch(time) and _NONCE.fullmatch(nonce)):
        raise TerminalUnknown()
    try:
        return Head(UUID(headers.get(TERMINAL, "")), int(time), nonce, signature)
    except ValueError:
        raise TerminalUnknown() from None


def signed_request(request: web.Request, head: Head, body: bytes) -> SignedRequest:
    """The whole request, as it must have been signed."""
    return SignedRequest(
        terminal_id=head.terminal_id,
        method=request.method,
        target=request.raw_path,
        body_hash=hash_of(body),
        time=head.time,
        nonce=head.nonce,
        key=request.headers.get("Idempotency-Key", ""),
        signature=head.signature,
    )
