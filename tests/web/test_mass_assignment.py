"""Mass assignment: no body takes a column that its operation did not declare, whatever table the column stands in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError
from tortoise.models import Model

from server.web.operations import Operation
from server.web.shapes import NoBody
from tests.house.repository import subclasses
from tests.web.callers import operations

DECIDED_BY_US = {
    "approved_by", "closed_at", "confirmed_at", "created_at", "department", "disabled_at", "ended_at", "facts",
    "loa", "locked_at", "password_hash", "portal", "resident_id", "roles", "seed_sealed", "staff_id", "status",
    "subject", "used_at", "verified_at",
}  # fmt: skip
"""Columns that say who somebody is, what somebody may, or how far something got."""
MEANT = {
    ("removeTester", "resident_id"): "whom to take off the list, of one's own department",
    ("giveRoles", "roles"): "giving out roles is what this call is for, and only the security administrator may",
}


def _columns() -> set[str]:
    from server.adapters.database import MODEL_APPS  # imports every model

    assert MODEL_APPS
    models = [one for one in subclasses(Model) if issubclass(one, Model) and "table" in vars(one.Meta)]
    assert len(models) > 30
    return {str(column) for one in models for column in one._meta.db_fields}


def _writing() -> list[Operation]:
    return [one for one in operations() if one.body is not NoBody]


def _bodies(shape: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The body and every shape inside it."""
    yield shape
    waiting = [field.annotation for field in shape.model_fields.values()]
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield from _bodies(one)
        else:
            waiting += get_args(one)


@pytest.mark.parametrize("operation", _writing(), ids=lambda one: one.name)
def test_no_body_takes_a_column_that_it_does_not_declare(operation: Operation) -> None:
    columns = _columns()
    for shape in _bodies(operation.body):
        undeclared = columns - set(shape.model_fields)
        with pytest.raises(ValidationError) as refused:
            shape.model_validate_json(json.dumps(dict.fromkeys(sorted(undeclared), 1)))
        extra = {str(one["loc"][0]) for one in refused.value.errors() if one["type"] == "extra_forbidden"}
        assert extra == undeclared, shape.__name__


def test_what_is_decided_by_us_is_in_no_body_unless_that_is_meant() -> None:
    found = {(one.name, field) for one in _writing() for field in one.body.model_fields if field in DECIDED_BY_US}
    assert found - set(MEANT) == set()
