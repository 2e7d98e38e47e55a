"""Lives and bounds of offline credentials; a city sets its own (``YIMA_CREDENTIALS__…``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Tier = Literal["T0", "T1", "T2"]
Form = Literal["paper", "phone"]
TIERS: tuple[Tier, ...] = ("T0", "T1", "T2")
FORMS: tuple[Form, ...] = ("paper", "phone")


@dataclass(frozen=True, slots=True)
class CredentialOptions:
    """Defaults: paper 180 days as the paper codes of Chinese cities, its full tier and a phone's copy much shorter."""

    paper_days: int = 180
    full_paper_days: int = 30
    phone_days: int = 7
    list_ttl_hours: int = 12
    list_days: int = 7
    sign_days: int = 90
    listed_days: int = 7
    list_size: int = 2**17
    decoys: int = 64

    def life(self, tier: Tier, form: Form) -> timedelta:
        """How long a credential of this tier and form is good."""
        if form == "phone":
            return timedelta(days=self.phone_days)
        return timedelta(days=self.full_paper_days if tier == "T2" else self.paper_days)

    @property
    def longest(self) -> timedelta:
        """No credential outlives this, so no signing key has to be kept longer after it stopped signing."""
        return max(self.life(tier, form) for tier in TIERS for form in FORMS)
