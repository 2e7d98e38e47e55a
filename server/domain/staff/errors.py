"""How staff rules say no."""

from __future__ import annotations

from config.floor.refusal import Refusal


class RoleMissing(Refusal):
    """The staff number is right, but its roles do not open this door."""

    code = "role-missing"
    kind = "forbidden"


class HallMissing(Refusal):
    """The terminal stands in a hall where this employee does not work."""

    code = "hall-missing"
    kind = "forbidden"


class SecondFactorNeeded(Refusal):
    """The password fits; the authenticator's code is still to be given."""

    code = "second-factor-needed"
    kind = "unauthenticated"


class SecondFactorWrong(Refusal):
    """Wrong, over, or used already; the three are never told apart."""

    code = "second-factor-wrong"
    kind = "unauthenticated"


class SecondFactorMissing(Refusal):
    """The password fits, but without an authenticator nobody comes in here: it has to be set up first."""

    code = "second-factor-missing"
    kind = "forbidden"


class SecondFactorKept(Refusal):
    """There is a working authenticator: only two other people can take it away."""

    code = "second-factor-kept"
    kind = "conflict"


class RecoverySamePerson(Refusal):
    """Whoever asked for the recovery, or lost the authenticator, cannot be the second person."""

    code = "recovery-same-person"
    kind = "conflict"


class AdministratorsApart(Refusal):
    """One account cannot be two of the system's, the security's and the audit's administrator."""

    code = "administrators-apart"
    kind = "conflict"


class OwnAccount(Refusal):
    """Nobody changes the own account."""

    code = "own-account"
    kind = "conflict"


class AddressNotAllowed(Refusal):
    """The console does not open from this network."""

    code = "address-not-allowed"
    kind = "forbidden"
