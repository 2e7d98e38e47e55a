"""How ordering a credential is refused."""

from __future__ import annotations

from config.floor.refusal import Refusal


class TierNotAllowed(Refusal):
    """This tier is not given out in this way: the full one is only printed at a counter, with the card in hand."""

    code = "credential-tier-not-allowed"
    kind = "forbidden"


class CredentialOver(Refusal):
    """It has expired or was taken back; ``state`` says which. A new one can be ordered."""

    code = "credential-over"
    kind = "gone"


class NotPaper(Refusal):
    """A phone's copy is said once, to the phone that holds its key, and cannot be printed."""

    code = "credential-not-paper"
    kind = "conflict"


class IdentityUnsuited(Refusal):
    """The full tier holds an 18-digit resident identity number, and this person has none."""

    code = "credential-identity-unsuited"
    kind = "conflict"
