"""What the authenticators of the demonstration's administrators show now: for whoever signs in by hand."""

from __future__ import annotations

from server.services import Services


async def authenticators(services: Services) -> str:
    """One line for each, good for half a minute; ``python -m server authenticators`` prints them again."""
    found: list[str] = []
    for portal in services.portals:
        unit = await services.database.reading(portal.id)
        codes = await services.second_factor.current_codes(unit)
        found += [f"  {staff_no}  {code}" for staff_no, code in codes.items()]
    return "\n".join(["authenticators now (python -m server authenticators shows them again):", *found])
