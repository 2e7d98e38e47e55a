"""Templates that a vendor has approved: which of its codes carries which of our events, and how its fields are filled.

One TOML file per channel and deployment (``config/channels/<file>.toml`` shows samples):

    ["case.accepted"]
    code = "SMS_154950909"                # the vendor's id
    fields = { item = "item", no = "case_no" }   # vendor's field = our value; $title, $text and $link are always there
    kind = "long"                         # subscriptions only: once (default) or long
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from notify.channel import Parcel, Rejected

Kind = Literal["once", "long"]
ALWAYS = ("$title", "$text", "$link")


class ValueMissing(Exception):
    """A field of the vendor's template has nothing to show."""


class VendorTemplatesWrong(Exception):
    """The file says something that cannot be; the message says where."""


@dataclass(frozen=True, slots=True)
class VendorTemplate:
    """One event at one vendor."""

    event: str
    code: str
    fields: Mapping[str, str]
    kind: Kind = "once"


def read_vendor_templates(path: Path, declared: Mapping[str, frozenset[str]]) -> dict[str, VendorTemplate]:
    """The file, checked against our events and the values they have (``declared``). No file: no templates."""
    if not path.exists():
        return {}
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise VendorTemplatesWrong(f"{path.name}: {error}") from error
    return {event: _one(path.name, event, entry, declared) for event, entry in found.items()}


def _one(file: str, event: str, entry: object, declared: Mapping[str, frozenset[str]]) -> VendorTemplate:
    place = f"{file}: {event}"
    if event not in declared:
        raise VendorTemplatesWrong(f"{place}: no such event")
    if not isinstance(entry, dict) or set(entry) - {"code", "fields", "kind"}:
        raise VendorTemplatesWrong(f"{place}: only code, fields and kind")
    code, fields, kind = entry.get("code"), entry.get("fields", {}), entry.get("kind", "once")
    if not isinstance(code, str) or not code or kind not in ("once", "long") or not isinstance(fields, dict):
        raise VendorTemplatesWrong(f"{place}: code, fields or kind is wrong")
    for name, source in fields.items():
        if source not in ALWAYS and source not in declared[event]:
            raise VendorTemplatesWrong(f"{place}: {name} wants {source}, which this event does not have")
    return VendorTemplate(event, code, fields, cast(Kind, kind))


def filled(template: VendorTemplate, parcel: Parcel) -> dict[str, str]:
    """The vendor's fields in their order. ``ValueMissing`` names the field: never send half a template."""
    always = {"$title": parcel.title, "$text": parcel.text, "$link": parcel.link}
    values: dict[str, str] = {}
    for name, source in template.fields.items():
        value = always.get(source) or parcel.values.get(source, "")
        if not value:
            raise ValueMissing(name)
        values[name] = value
    return values


def filled_for(
    templates: Mapping[str, VendorTemplate], parcel: Parcel
) -> tuple[VendorTemplate, dict[str, str]] | Rejected:
    """The template of the parcel's event and its fields, or why the parcel can never go by this vendor."""
    template = templates.get(parcel.event)
    if template is None:
        return Rejected("template-missing")
    try:
        return template, filled(template, parcel)
    except ValueMissing as missing:
        return Rejected(f"value-missing:{missing}"[:64])
