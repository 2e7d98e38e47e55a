"""What a desk sees of an answer before it has said why it needs the whole: pure rules.

Masked are names, phone and ID numbers and addresses of people (the house's rule of masking); what was
chosen from a list and what concerns an undertaking stay as they are.
"""

from __future__ import annotations

import re
from typing import Literal

from server.domain.catalogue.guide import FormField
from server.domain.identifiers import mask_id_number, mask_name, mask_phone

Personal = Literal["name", "phone", "id_number", "address"]
# A district or county first, a city where none is named; 小区, 社区, 超市 and their like are places of the street.
_COUNTY = re.compile(r"^.{1,24}?(?<![小社园片校厂])[区县旗](?=.)")
_CITY = re.compile(r"^.{1,24}?(?<![超门])市(?=.)")


def personal(asked: FormField) -> Personal | None:
    """What an answer to this question says of a person; None where nothing is to be masked."""
    if asked.personal:
        return asked.personal
    if asked.kind == "phone" or asked.prefill == "phone":
        return "phone"
    if asked.format == "id_number" or asked.prefill == "id_number":
        return "id_number"
    return "name" if asked.prefill == "name" else None


def masked(kind: Personal, text: str) -> str:
    """``text`` with what names a person taken out."""
    if kind == "address":
        return mask_address(text)
    return {"name": mask_name, "phone": mask_phone, "id_number": mask_id_number}[kind](text)


def mask_address(text: str) -> str:
    """To the county, and nothing of the street; an address that names no county shows nothing."""
    found = _COUNTY.match(text) or _CITY.match(text)
    return f"{found.group()}****" if found else "****"
