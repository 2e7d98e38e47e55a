"""Why the program cannot start, in one line that names what to change; and the settings, read with that in mind."""

from __future__ import annotations

import difflib
import errno
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import SettingsError

from config.settings import Settings, described
from server.opening import CannotStart

_OTHERS = re.compile(r"YIMA_(CONFIG|CI|ROOT|NODE|ORIGIN|RACE_ROUNDS|(TEST|BENCH|SOAK|MUTATION).*)")
"""Names that are not settings of the program: its file of settings, and what tests and tools read."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process, or ``CannotStart`` naming the first thing that is wrong with them."""
    for name in sorted(environment):
        if name.upper().startswith("YIMA_") and not _OTHERS.fullmatch(name.upper()):
            _must_be_known(name.upper())
    if (named := environment.get("YIMA_CONFIG")) and not Path(named).is_file():
        raise CannotStart(f"YIMA_CONFIG names a file that is not there: {named}")
    try:
        return Settings()
    except ValidationError as error:
        raise CannotStart(
            "; ".join(_fault(one["loc"], one["msg"]) for one in error.errors(include_input=False))
        ) from None
    except (SettingsError, tomllib.TOMLDecodeError) as error:
        raise CannotStart(f"the settings cannot be read: {error}") from None


def _must_be_known(name: str) -> None:
    known = [found for found, _, _ in described(Settings)]
    groups = {found.rpartition("__")[0] for found in known if "__" in found}
    if name in known or name in groups or any(name.startswith(f"{one}__") for one in known):
        return
    near = difflib.get_close_matches(name, known, 1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    raise CannotStart(f"{name} is no setting{meant}; python -m server settings lists all")


def _fault(place: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"YIMA_{'__'.join(str(part).upper() for part in place)}: {text}" if place else text


def plainly(error: BaseException, settings: Settings | None) -> str | None:
    """One line for an error that its reader can do something about; None for a fault of ours."""
    if isinstance(error, CannotStart):
        return str(error)
    if not isinstance(error, OSError) or settings is None:
        return None
    if error.errno in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL) and error.filename is None:
        return f"cannot listen on {settings.host} port {settings.port}: {_why(error)}; YIMA_PORT and YIMA_HOST set it"
    if error.filename is not None:
        return f"cannot use {error.filename}: {error.strerror}; YIMA_DATA_DIR is {settings.data_dir}"
    return None


def _why(error: OSError) -> str:
    return {errno.EADDRINUSE: "it is taken", errno.EACCES: "not allowed"}.get(error.errno or 0, "no such address here")
