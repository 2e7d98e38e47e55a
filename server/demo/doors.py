"""What ``make run`` prints: where to go, and as whom."""

from __future__ import annotations

import tomllib
from pathlib import Path

from server.services import Services

CAST = Path(__file__).parent.parent.parent / "config" / "demo" / "cast.toml"
_LINE = "─" * 72


def doors(services: Services, origin: str, *, front_built: bool) -> str:
    """The doors with the demo's logins; outside the demo only the addresses."""
    phone = f"{origin}/m/" + ("" if front_built else "   (not built: run `make front`)")
    lines = ["", _LINE]
    if services.settings.is_demo:
        lines.append("Yima 一码 · 演示环境 demo · 非政府网站 not a government site · 人物虚构 all people invented")
        lines.append(_LINE)
        lines.append(f"  tour      {origin}/")
    lines += [f"  resident  {phone}", f"  counter   {origin}/counter", f"  console   {origin}/console"]
    lines.append(f"  contract  {origin}/docs")
    if services.settings.is_demo:
        lines += ["", *_logins(services, origin)]
    return "\n".join([*lines, _LINE, "Ctrl-C stops it.", ""])


def _logins(services: Services, origin: str) -> list[str]:
    cast = tomllib.loads(CAST.read_text("utf-8"))
    found = [
        f"  {person['name']}  phone {person['phone']}   SMS codes: {origin}/dev/outbox?to={person['phone']}"
        for person in cast.get("residents", [])
        if person.get("in_tour") and person.get("signs_in")
    ]
    password = services.settings.demo.staff_password.get_secret_value()
    found.append(f"  staff password for all of them: {password}")
    found += [
        f"    {member['staff_no']:<8} {member['name']}  {', '.join(member['roles'])}"
        for member in cast.get("staff", [])
    ]
    return found
