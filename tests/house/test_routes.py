"""Everything that can be reached from outside says who may reach it, and what it may answer."""

from __future__ import annotations

import re

import pytest

from server.app import problem_statuses, surface
from server.web.openapi import describe
from server.web.operations import Device, Open, Operation, Resident, Staff, Terminal
from server.web.page_templates import environment
from server.web.pages import PageRoute

ACCESS = (Open, Resident, Staff, Device, Terminal)


def _operations() -> tuple[Operation, ...]:
    return surface(demo=True).operations


def _pages() -> list[PageRoute]:
    return [route for _, route in surface(demo=True).pages]


def test_every_route_declares_its_access() -> None:
    assert len(_operations()) > 40
    assert {type(one.access) for one in _operations()} == set(ACCESS)
    assert {type(route.access) for route in _pages()} <= set(ACCESS)


def test_names_and_addresses_are_unique() -> None:
    names = [one.name for one in _operations()]
    assert len(names) == len(set(names))
    places = [(one.method, re.sub(r"{\w+}", "{}", one.path)) for one in _operations()]
    assert len(places) == len(set(places))


def test_declared_problems_exist() -> None:
    known = problem_statuses()
    assert not [f"{one.name}: {code}" for one in _operations() for code in one.problems if code not in known]


@pytest.mark.parametrize("path", ["/dev/outbox", "/tour/cast", "/tour/api/v1/sign-in", "/tour/api/v1/terminals"])
def test_the_demos_own_doors_are_shut_in_production(path: str) -> None:
    assert path in {one.path for one in _operations()}
    assert path not in {one.path for one in surface(demo=False).operations}


def test_every_operation_is_in_the_published_contract() -> None:
    operations = [one for one in _operations() if one.name != "openapi"]
    document = describe(operations, problem_statuses(), title="Yima", version="1")
    published = {entry["operationId"] for verbs in document["paths"].values() for entry in verbs.values()}
    assert published == {one.name for one in operations}


def test_what_creates_takes_an_idempotency_key() -> None:
    not_created = {
        "askCode",
        "signIn",
        "verify",
        "issueCodeKey",
        "uploadFile",
        "uploadPeopleList",
        "scanMaterial",
        "tourSignIn",
    }
    creating = [one for one in _operations() if one.method == "POST" and one.status == 201]
    lacking = {one.name for one in creating if not one.idempotent and not one.name.startswith("open")}
    assert lacking <= not_created


def test_templates_are_compiled_once_however_many_pages_there_are() -> None:
    folder = surface(demo=True).pages[0][0].templates
    assert environment(folder) is environment(folder)
