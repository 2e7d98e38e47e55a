"""How proving by steps says no."""

from __future__ import annotations

from uuid import UUID

from config.floor.refusal import Refusal


class LoaNeeded(Refusal):
    """The action needs a more trusted identity than the caller has; the edge adds what is offered to reach it.

    ``person``: who is to prove more, where the one who raises it knows.
    """

    code = "loa-needed"
    kind = "forbidden"

    def __init__(self, *, needed: int, person: UUID | None = None) -> None:
        super().__init__(needed=needed)
        self.needed = needed
        self.person = person


class WayClosed(Refusal):
    """This way is not open here, on this platform, or for this person's document."""

    code = "proof-way-closed"
    kind = "conflict"


class ProvingOver(Refusal):
    """The challenge is over: its minutes are, it was decided, or a newer one took its place."""

    code = "proof-over"
    kind = "gone"


class ProvingLocked(Refusal):
    """This challenge has used its attempts up. The person may begin another."""

    code = "proof-locked"
    kind = "limited"


class FaceNotPassed(Refusal):
    """The platform does not say that the face check was passed. Counted, and committed."""

    code = "proof-not-passed"
    kind = "invalid"


class FaceConsentNeeded(Refusal):
    """A face is looked at only after a consent of its own (PIPL article 29): not given, withdrawn, or given to an older
    text. Nobody was asked and nothing was counted."""

    code = "face-consent-needed"
    kind = "conflict"


class AccountNotLinked(Refusal):
    """The platform checks the face of the holder of an account, and none is linked."""

    code = "account-not-linked"
    kind = "conflict"


class StepUnavailable(Refusal):
    """Whoever is to say yes or no did not answer, or not in its form. Nothing was counted."""

    code = "proof-unavailable"
    kind = "unavailable"


class CardNumberWrong(Refusal):
    """The card number breaks its own check (Luhn, ISO/IEC 7812-1); nobody was asked and nothing was counted."""

    code = "card-number-wrong"
    kind = "invalid"


class ProvingTooMany(Refusal):
    """Too much is proven from this address, or the portal's budget of a day is used up."""

    code = "proof-too-many"
    kind = "limited"


class ProvingUnusable(Exception):
    """The files of ``config/proving`` cannot be used."""
