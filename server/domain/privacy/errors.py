"""How this room says no."""

from __future__ import annotations

from config.floor.refusal import Refusal


class ExportNotReady(Refusal):
    """It is being made."""

    code = "export-not-ready"
    kind = "conflict"


class ExportOver(Refusal):
    """It was kept for some days and is gone; another one can be asked for."""

    code = "export-over"
    kind = "gone"


class ClosingCasesOpen(Refusal):
    """Applications of hers are under way: they end, or she withdraws them, before the account can go."""

    code = "closing-cases-open"
    kind = "conflict"


class ClosingNotAsked(Refusal):
    """There is nothing to take back."""

    code = "closing-not-asked"
    kind = "conflict"


class ClosingDone(Refusal):
    """It is closed: what was erased cannot come back."""

    code = "closing-done"
    kind = "gone"


class CorrectionAnswered(Refusal):
    """Somebody has answered this request already."""

    code = "correction-answered"
    kind = "conflict"


class TooManyCorrections(Refusal):
    """Some requests of hers still wait for an answer."""

    code = "corrections-waiting"
    kind = "conflict"


class MergeOver(Refusal):
    """The proof is too long ago, or one of the two accounts is not open any more. Nothing was changed."""

    code = "merge-over"
    kind = "gone"


class MergeNeedsProof(Refusal):
    """What was proven is less than what the earlier account asks for, or was proven on another device."""

    code = "merge-needs-proof"
    kind = "forbidden"


class FullViewNeeded(Refusal):
    """Not in this employee's hands, and no reason of theirs stands: the full view's reason comes first."""

    code = "full-view-needed"
    kind = "forbidden"
