"""Reading ``config/items/*.toml``: schema first, then the quality rules; a faulty file publishes nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from server.domain.catalogue.errors import GuideFaulty
from server.domain.catalogue.guide import Guide
from server.domain.catalogue.lint import lint

ITEMS = Path(__file__).resolve().parents[3] / "config" / "items"


def read_guide(path: Path) -> Guide:
    """One file as a guide that meets the schema and every quality rule, or ``GuideFaulty``."""
    try:
        guide = Guide.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GuideFaulty(path.name, [str(error)]) from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise GuideFaulty(path.name, faults) from None
    if flaws := lint(guide):
        raise GuideFaulty(path.name, [f"{flaw.code} ({flaw.detail})" for flaw in flaws])
    return guide


def read_guides(folder: Path = ITEMS) -> tuple[Guide, ...]:
    """Every file of the folder, in the order of their names; no two for the same item."""
    guides = tuple(read_guide(path) for path in sorted(folder.glob("*.toml")))
    for field in ("code", "local_code"):
        seen = [getattr(guide, field) for guide in guides]
        if twice := {value for value in seen if seen.count(value) > 1}:
            raise GuideFaulty(folder.name, [f"{field} twice: {', '.join(sorted(twice))}"])
    return guides
