"""Every setting says what it is for, and unknown ones are errors."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from config.settings import Settings, described


def test_every_setting_has_a_description() -> None:
    settings = described(Settings)
    assert len(settings) > 30
    assert not [name for name, _, description in settings if len(description) < 8]


def test_an_unknown_setting_is_an_error() -> None:
    with pytest.raises(ValidationError, match="speling"):
        Settings(speling=1)  # type: ignore[call-arg]  # the very mistake that must not pass


def test_the_demo_listens_on_loopback_only() -> None:
    with pytest.raises(ValidationError, match="loopback"):
        Settings(profile="demo", host="0.0.0.0")
