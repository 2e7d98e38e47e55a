"""How delegations say no."""

from __future__ import annotations

from config.floor.refusal import Invalid, Missing, Refusal


class DelegationMissing(Missing):
    """No such delegation, or the caller is no party to it: never told apart."""


class DelegationInvalid(Invalid):
    """The delegation cannot be made like this; the faults name each field."""


class DelegationExists(Refusal):
    """The same two people have a living delegation of this kind and scope already."""

    code = "delegation-exists"
    kind = "conflict"


class DelegationAnswered(Refusal):
    """It was answered before, otherwise, or its time to be answered is over; ``state`` says how it stands."""

    code = "delegation-answered"
    kind = "conflict"


class DelegationOver(Refusal):
    """It is not in force: withdrawn, renounced, expired, not yet begun, or never the caller's."""

    code = "delegation-over"
    kind = "forbidden"


class DelegateNever(Refusal):
    """This is done by oneself only, never for somebody else."""

    code = "delegate-never"
    kind = "forbidden"


class BeyondDelegation(Refusal):
    """The delegation is in force and does not reach this far."""

    code = "beyond-delegation"
    kind = "forbidden"


class SecondPersonNeeded(Refusal):
    """Who recorded a delegation at a counter cannot confirm it as well."""

    code = "delegation-second-person"
    kind = "conflict"


class DelegationUnseen(Refusal):
    """Nobody confirms what they have not opened since it was recorded."""

    code = "delegation-unseen"
    kind = "conflict"


class HelperNotProven(Refusal):
    """Who the helper is has not been shown here: neither by an own code with enough trust nor by a card."""

    code = "delegation-helper-not-proven"
    kind = "conflict"


class NewbornAsked(Refusal):
    """The same guardian has said so before: it waits, or is in force."""

    code = "newborn-asked"
    kind = "conflict"


class NewbornDecided(Refusal):
    """It was decided otherwise already; ``state`` says how it stands."""

    code = "newborn-decided"
    kind = "conflict"


class NewbornUnseen(Refusal):
    """Nobody says that it agrees with a certificate without having opened it."""

    code = "newborn-unseen"
    kind = "conflict"


class NewbornOtherChild(Refusal):
    """This certificate stands for a child with another birthday."""

    code = "newborn-other-child"
    kind = "conflict"


class NewbornDiffers(Refusal):
    """On the phone the same guardian has given another birthday for this certificate; ``born`` says which."""

    code = "newborn-differs"
    kind = "conflict"


class NewbornSimilar(Refusal):
    """The same guardian has a child of the same day under another certificate, which ends in ``tail``: the same one,
    mistyped, or a twin."""

    code = "newborn-similar"
    kind = "conflict"


class NotRepresentative(Refusal):
    """The register does not know the caller as this organisation's legal representative. Counted, and committed."""

    code = "organisation-mismatch"
    kind = "invalid"


class OrganisationAttempts(Refusal):
    """Too many organisations were asked for today."""

    code = "organisation-attempts-exceeded"
    kind = "limited"
