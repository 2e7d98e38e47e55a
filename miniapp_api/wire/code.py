"""Wire shapes of the one code."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from server.web.shapes import Instant, Wire

Scene = Annotated[str, Field(pattern=r"^[0-9]{2}$", description="what the code is shown for; 00 = anything")]


class NewCodeKey(Wire):
    """A phone asks for a handle."""

    device: str = Field("", max_length=64, description="the phone's own name for itself; nothing personal")


class CodeKey(Wire):
    """A handle and its key: with these a phone derives codes by itself until ``valid_until``."""

    handle: str = Field(description="12 digits")
    key: str = Field(description="32 bytes, base64url without padding; keep it non-extractable where the platform can")
    step_seconds: int
    valid_from: Instant
    valid_until: Instant
    server_time: Instant


class CodeQuery(Wire):
    """Which scene."""

    scene: Scene = "00"


class CodePicture(Wire):
    """A code drawn here, for fronts that cannot derive."""

    text: str = Field(description="34 digits")
    svg: str
    expires_at: Instant = Field(description="fetch the next one now; this one is still accepted for 45 seconds more")
