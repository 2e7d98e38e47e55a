"""How signing in says no."""

from __future__ import annotations

from config.floor.refusal import Refusal


class Unauthenticated(Refusal):
    """No session, or one that has ended."""

    code = "unauthenticated"
    kind = "unauthenticated"


class SessionLocked(Refusal):
    """Nobody was there for a while: the holder has to show up again."""

    code = "session-locked"
    kind = "unauthenticated"


class PhoneInvalid(Refusal):
    """Not a mobile number of the mainland."""

    code = "phone-invalid"
    kind = "invalid"


class OtpTooMany(Refusal):
    """A budget of sign-in codes is used up: this phone, this address, or the portal's day."""

    code = "otp-too-many"
    kind = "limited"


class OtpWrong(Refusal):
    """Wrong, used, or expired; the three are never told apart."""

    code = "otp-wrong"
    kind = "unauthenticated"


class SignInWrong(Refusal):
    """Staff number or password is wrong; the two are never told apart."""

    code = "sign-in-wrong"
    kind = "unauthenticated"


class SignInLocked(Refusal):
    """Too many wrong passwords for one staff number."""

    code = "sign-in-locked"
    kind = "limited"


class MethodUnknown(Refusal):
    """A way of signing in that this portal does not offer."""

    code = "sign-in-method-unknown"
    kind = "invalid"
