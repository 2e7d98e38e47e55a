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
    shares: dict[str, int] = Field(
        {}, description="provider → its resting share in percent where a channel has several; not named = an equal part"
    )
    rates: dict[str, float] = Field(
        {}, description="provider → messages a second from this process; not named = no limit"
    )
    daily: dict[str, int] = Field(
        {}, description="provider → messages a legal day over all processes; not named = no limit"
    )
