"""How licences are refused."""

from __future__ import annotations

from config.floor.refusal import Missing, Refusal


class LicencesUnavailable(Refusal):
    """The licence system did not answer in time or not in its form."""

    code = "licences-unavailable"
    kind = "unavailable"


class LicenceMissing(Missing):
    """No such licence of this holder, or not one that may be seen here: the two are never told apart."""
