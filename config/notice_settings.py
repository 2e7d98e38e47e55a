"""Settings of the engine that sends notices: which one, how much at once, how careful with a campaign."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class NoticeSettings(BaseModel):
    """``Settings.notices``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    engine: Literal["embedded", "cluster"] = Field(
        "embedded",
        description="embedded (in this process), or cluster (jobs on Redis by taskiq; needs PostgreSQL, Redis and the "
        "extra cluster). Changing it with notices under way loses none",
    )
    batch: int = Field(100, ge=1, le=1_000, description="deliveries claimed at once: what a crash may leave in doubt")
    bulk: int = Field(2, ge=1, le=32, description="batches at once in this process on PostgreSQL; 1 on SQLite")
    canary: int = Field(
        100, ge=0, description="people who get a campaign first; the others follow its verdict; 0 = none"
    )
    fail_share: int = Field(20, ge=0, le=100, description="percent of failures that pauses a campaign; 0 = never")
    new_teams_on_trial: bool | None = Field(
        None,
        description="a department's first campaigns reach only its list of test recipients until two people end its "
        "trial; empty = in production yes, elsewhere no",
    )
    quiet_hours: str = Field(
        "",
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$",
        description="hours (Asia/Shanghai) in which notices that are not statutory wait for residents who said nothing "
        "about it, such as 22:00-07:00; empty = none",
    )
    wait_statutory: int = Field(
        60, ge=1, description="minutes without an answer before a statutory notice takes its next way"
    )
    wait_service: int = Field(240, ge=1, description="as wait_statutory, for service notices")
    wait_information: int = Field(1440, ge=1, description="as wait_statutory, for information")
    wait_paper: int = Field(
        4320, ge=1, description="minutes without an answer before a statutory notice becomes a letter or a visit"
    )
    cap_service: int = Field(
        0,
        ge=0,
        description="service notices to many that ring at one person within cap_days, over all departments; "
        "more are only put in the inbox; 0 = no limit. Case notices, statutory and emergency ones pass",
    )
    cap_information: int = Field(0, ge=0, description="as cap_service, for information")
    cap_days: int = Field(7, ge=1, le=366, description="days that cap_service and cap_information count over")
    shares: dict[str, int] = Field(
        {}, description="provider → its resting share in percent where a channel has several; not named = an equal part"
    )
    rates: dict[str, float] = Field(
        {}, description="provider → messages a second from this process; not named = no limit"
    )
    daily: dict[str, int] = Field(
        {}, description="provider → messages a legal day over all processes; not named = no limit"
    )

    @property
    def quiet_minutes(self) -> tuple[int, int] | None:
        """The default quiet hours as minutes of the day."""
        if not self.quiet_hours:
            return None
        starts, ends = (int(part[:2]) * 60 + int(part[3:]) for part in self.quiet_hours.split("-"))
        return starts, ends
