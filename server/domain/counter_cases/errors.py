"""How a counter's work for a resident is refused."""

from __future__ import annotations

from config.floor.refusal import Refusal


class NotForApplying(Refusal):
    """The code was not shown to have something done here, or that was too long ago."""

    code = "visit-not-for-applying"
    kind = "conflict"


class BeyondBearer(Refusal):
    """The code was shown for somebody else, and the delegation behind it does not reach this item or this case."""

    code = "visit-beyond-delegation"
    kind = "forbidden"


class CardNotSeen(Refusal):
    """A signature on paper counts with the card in hand, and nobody said that it was."""

    code = "card-not-seen"
    kind = "conflict"


class AlreadyAnswered(Refusal):
    """The application was confirmed or refused before, otherwise; ``state`` says how it stands."""

    code = "application-answered"
    kind = "conflict"
