"""The files of a deployment that say which city this is."""

from __future__ import annotations

from config.portal import FOLDER as PORTALS
from config.portal import Portals, read_portals
from config.settings import Settings
from server.domain.purposes.service import Purposes
from server.domain.recognition.service import FOLDER as RECOGNITION
from server.domain.recognition.service import Recognition
from server.profile_check import CannotStart


def city_portals(settings: Settings) -> Portals:
    """The portals of this profile; a real one must have its own."""
    folder = settings.portals_dir or PORTALS
    found = read_portals(demo=settings.profile != "production", folder=folder)
    if not list(found):
        raise CannotStart(
            f"no portal for the {settings.profile} profile: put a <portal>.toml into {folder} or set YIMA_PORTALS_DIR"
        )
    return found


def city_recognition(settings: Settings, portals: Portals, purposes: Purposes) -> Recognition:
    """The agreements of this deployment; a production one has only its own."""
    folder = settings.recognition_dir or (RECOGNITION if settings.profile != "production" else None)
    return Recognition.load(folder, {portal.id for portal in portals}, purposes)
