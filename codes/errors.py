"""How a code is refused. The order of rank: used, revoked, expired, unknown."""

from __future__ import annotations

from typing import Self

from codes.holder import Holder
from config.floor.refusal import Refusal


class Shown:
    """What was proven about a refused code: whose it is and for which scene. Never part of the answer."""

    holder: Holder | None = None
    scene: str = ""

    def of(self, holder: Holder, scene: str) -> Self:
        """The same refusal, knowing whose code it was."""
        self.holder, self.scene = holder, scene
        return self


class CodeMalformed(Shown, Refusal):
    """Not one of our codes. ``looks_like`` names a known foreign one, or is empty."""

    code = "code-malformed"
    kind = "malformed"


class CodeUnknown(Shown, Refusal):
    """Has our form, but no key made it, or it is older than its step digits can tell."""

    code = "code-unknown"
    kind = "missing"


class CodeExpired(Shown, Refusal):
    """Genuine, but shown outside its window."""

    code = "code-expired"
    kind = "gone"


class CodeUsed(Shown, Refusal):
    """Genuine, but looked at before: ``used_at`` (ISO 8601) and ``used_by`` say when and by whom."""

    code = "code-used"
    kind = "conflict"


class CodeRevoked(Shown, Refusal):
    """Genuine, but its resident has signed out, reported a loss, or replaced it."""

    code = "code-revoked"
    kind = "gone"


class PaperUnknown(CodeUnknown):
    """An offline credential that no listed key of this portal made, or that was changed."""

    words = "code-unknown-paper"


class PaperExpired(CodeExpired):
    """An offline credential past its day."""

    words = "code-expired-paper"


class PaperRevoked(CodeRevoked):
    """An offline credential that was reported lost or replaced."""

    words = "code-revoked-paper"


class PaperSuspended(CodeRevoked):
    """An offline credential that is stopped until something is cleared up."""

    words = "code-suspended-paper"


class CopyUnproven(CodeUnknown):
    """A phone's copy without the proof of its phone: stored data, or somebody else's phone."""

    words = "code-unproven-copy"


class CopyStale(CodeExpired):
    """A phone's copy whose proof is older than a minute: a screenshot."""

    words = "code-stale-copy"


CodeProblem = CodeMalformed | CodeUnknown | CodeExpired | CodeUsed | CodeRevoked
