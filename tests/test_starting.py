"""What cannot start says why in one line, and nothing secret in it."""

from __future__ import annotations

import base64
import errno
from pathlib import Path

import pytest

from config.settings import Settings
from server.__main__ import main
from server.city_files import city_portals
from server.opening import CannotStart
from server.starting import plainly, read_settings

KEY = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("YIMA_PROT", "1", "YIMA_PROT is no setting (did you mean YIMA_PORT?)"),
        ("YIMA_LIMITS__OTP_SECOND", "1", "did you mean YIMA_LIMITS__OTP_SECONDS"),
        ("YIMA_PORT", "http", "YIMA_PORT: "),
        ("YIMA_CONFIG", "/nowhere/yima.toml", "YIMA_CONFIG names a file that is not there"),
        ("YIMA_LIMITS", "{", "the settings cannot be read"),
        ("YIMA_SECRETS__INDEX_KEY", base64.b64encode(b"short").decode(), "32 bytes"),
        ("YIMA_SECRETS__VAULT_KEYS__A", KEY, "YIMA_SECRETS__VAULT_CURRENT must name"),
    ],
)
def test_a_wrong_setting_is_named(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    assert main(["check"]) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1 and said in printed, printed
    assert KEY not in printed


def test_names_of_tools_are_no_business_of_the_program() -> None:
    made = read_settings({"YIMA_TEST_DATABASE_URL": "x", "YIMA_CI": "1", "PATH": "", "YIMA_DEMO__YEAR_SHIFT": "1"})
    assert isinstance(made, Settings)


def test_production_without_a_portal_of_its_own_says_so(tmp_path: Path) -> None:
    settings = Settings(profile="test", data_dir=tmp_path, portals_dir=tmp_path)
    with pytest.raises(CannotStart, match="YIMA_PORTALS_DIR"):
        city_portals(settings)


def test_a_taken_port_and_a_closed_folder_are_said_plainly(tmp_path: Path) -> None:
    settings = Settings(profile="test", data_dir=tmp_path, port=8081)
    taken = plainly(OSError(errno.EADDRINUSE, "in use"), settings)
    assert taken is not None and "8081" in taken and "YIMA_PORT" in taken
    closed = plainly(PermissionError(errno.EACCES, "Permission denied", str(tmp_path)), settings)
    assert closed is not None and "YIMA_DATA_DIR" in closed
    assert plainly(RuntimeError("ours"), settings) is None
