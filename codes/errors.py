"""How a code is refused. The order of rank: used, revoked, expired, unknown."""

from __future__ import annotations

from codes.holder import Holder
from config.floor.refusal import Refusal


class CodeProblem(Refusal):
    """A code that is not accepted. ``holder`` is whose it is, where that was proven: never part of the answer."""

    def __init__(self, *, holder: Holder | None = None, scene: str = "", **facts: str | int) -> None:
        super().__init__(faults=(), retry_after=None, **facts)
        self.holder = holder
        self.scene = scene


class CodeMalformed(CodeProblem):
    """Not one of our codes. ``looks_like`` names a known foreign one, or is empty."""

    code = "code-malformed"
    kind = "malformed"


class CodeUnknown(CodeProblem):
    """Has our form, but no key made it, or it is older than its step digits can tell."""

    code = "code-unknown"
    kind = "missing"


class CodeExpired(CodeProblem):
    """Genuine, but shown outside its window."""

    code = "code-expired"
    kind = "gone"


class CodeUsed(CodeProblem):
    """Genuine, but looked at before: ``used_at`` (ISO 8601) and ``used_by`` say when and by whom."""

    code = "code-used"
    kind = "conflict"


class CodeRevoked(CodeProblem):
    """Genuine, but its resident has signed out, reported a loss, or replaced it."""

    code = "code-revoked"
    kind = "gone"
