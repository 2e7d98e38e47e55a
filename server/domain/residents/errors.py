"""How proving who one is says no."""

from __future__ import annotations

from config.floor.refusal import Refusal


class IdentityMismatch(Refusal):
    """The register does not know this name with this number. Counted, and committed."""

    code = "identity-mismatch"
    kind = "invalid"


class StepMismatch(IdentityMismatch):
    """A mobile number or a bank card is not this person's, as far as its register tells: the same no, in its words."""

    words = "step-mismatch"


class IdentityAttemptsExceeded(Refusal):
    """Too many failed checks today."""

    code = "identity-attempts-exceeded"
    kind = "limited"


class IdentityTaken(Refusal):
    """Somebody with this identity is verified here already, with another phone."""

    code = "identity-taken"
    kind = "conflict"


class IdentityVerified(Refusal):
    """This resident is verified already, as somebody; it cannot be changed here."""

    code = "identity-already-verified"
    kind = "conflict"


class RegisterUnavailable(Refusal):
    """The population register did not answer in time or not in its form. Nothing was counted."""

    code = "identity-register-unavailable"
    kind = "unavailable"


class PhoneTaken(Refusal):
    """This number is another account's; whoever has the phone signs in with it and closes that one first."""

    code = "phone-taken"
    kind = "conflict"
