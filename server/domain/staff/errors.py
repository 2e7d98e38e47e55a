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
    """The password fits; an authenticator's code or a passkey is still to be shown."""

    code = "second-factor-needed"
    kind = "unauthenticated"


class SecondFactorWrong(Refusal):
    """Wrong, over, or used already; the three are never told apart."""

    code = "second-factor-wrong"
    kind = "unauthenticated"


class PasskeyWrong(Refusal):
    """Not this person's, not for what was asked, over, or used already; which of them is never told."""

    code = "passkey-wrong"
    kind = "unauthenticated"


class PasskeyDoubted(Refusal):
    """Its count of signatures went backwards: there may be a copy of it, so it opens nothing any more."""

    code = "passkey-doubted"
    kind = "unauthenticated"


class PasskeyNone(Refusal):
    """Nothing to ask for: no passkey of this person is bound to this address."""

    code = "passkey-none"
    kind = "conflict"


class PasskeyElsewhere(Refusal):
    """A passkey is bound to a domain, and this address has none."""

    code = "passkey-elsewhere"
    kind = "conflict"


class PasskeyUnfit(Refusal):
    """What the browser brought is no passkey of the kind that was asked for."""

    code = "passkey-unfit"
    kind = "invalid"


class PasskeyKnown(Refusal):
    """This passkey is on record already."""

    code = "passkey-known"
    kind = "conflict"


class PasskeysTooMany(Refusal):
    """One of them has to go first."""

    code = "passkeys-too-many"
    kind = "conflict"


class ChallengeOver(Refusal):
    """What was to be signed is over, or was signed already: it has to begin anew."""

    code = "passkey-challenge-over"
    kind = "conflict"


class SecondFactorDigits(Refusal):
    """While an authenticator is set up in an open session: its digits are not right yet."""

    code = "second-factor-digits"
    kind = "invalid"


class SecondFactorLast(Refusal):
    """Without this one nothing would be left to come in with."""

    code = "second-factor-last"
    kind = "conflict"


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


class NumberTaken(Exception):
    """This number is an employee's already. Said on the command line only, so it is no refusal."""
