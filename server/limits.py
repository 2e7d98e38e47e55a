"""The limits of the settings as each room's own options."""

from __future__ import annotations

from datetime import timedelta

from config.floor.vault import Vault
from config.settings import Limits, Settings
from server.domain.audit.service import Audit
from server.domain.sessions.otp import OtpLimits
from server.domain.sessions.service import Lifetimes
from server.domain.staff.passkeys import Passkeys
from server.domain.staff.second_factor import SecondFactor
from server.domain.terminals.service import TerminalOptions
from server.domain.visits.ports import VisitOptions


def otp_limits(limits: Limits) -> OtpLimits:
    """Sign-in codes."""
    return OtpLimits(
        digits=limits.otp_digits,
        seconds=limits.otp_seconds,
        attempts=limits.otp_attempts,
        per_phone_hour=limits.otp_per_phone_hour,
        per_phone_day=limits.otp_per_phone_day,
        per_address=limits.otp_per_address,
        per_portal_day=limits.otp_per_portal_day,
        resend_seconds=limits.otp_resend_seconds,
    )


def lifetimes(limits: Limits, *, lock_minutes: int = 0) -> Lifetimes:
    """Sessions."""
    return Lifetimes(
        resident=timedelta(days=limits.resident_session_days),
        resident_idle=timedelta(days=limits.resident_idle_days),
        staff=timedelta(hours=limits.staff_session_hours),
        staff_idle=timedelta(minutes=limits.staff_idle_minutes),
        staff_lock=timedelta(minutes=lock_minutes) if lock_minutes else None,
    )


def second_factor(settings: Settings, vault: Vault, audit: Audit) -> SecondFactor:
    """Authenticators and passkeys; in production nobody comes in without one unless the city says otherwise."""
    asked = settings.staff
    required = asked.second_factor == "required" or (asked.second_factor == "auto" and settings.profile == "production")
    return SecondFactor(vault, audit, Passkeys(audit), required=required, attempts=asked.factor_attempts)


def terminal_options(limits: Limits) -> TerminalOptions:
    """Counters' devices."""
    return TerminalOptions(
        clock_seconds=limits.terminal_clock_seconds,
        invitation_seconds=limits.terminal_invitation_seconds,
        enrolments_per_address=limits.terminal_enrolments_per_address,
        enrolments_per_portal=limits.terminal_enrolments_per_portal,
    )


def visit_options(limits: Limits) -> VisitOptions:
    """Looks at codes."""
    return VisitOptions(
        consent_seconds=limits.visit_consent_seconds,
        disclosure_seconds=limits.visit_disclosure_seconds,
        scans_per_minute=limits.terminal_scans_per_minute,
        failures=limits.terminal_failures,
        lock_seconds=limits.terminal_lock_seconds,
    )
