"""Identity numbers: what is well formed, what is not, and what is shown of it."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.identifiers import (
    IdNumberInvalid,
    age_on,
    check_digit,
    is_mobile,
    mask_id_number,
    mask_name,
    mask_phone,
    organisation_check_passes,
    read_id_number,
    uscc_check_passes,
)

TODAY = date(2026, 11, 22)


def number(area: str, birth: str, order: str) -> str:
    first = area + birth + order
    return first + check_digit(first)


def read(text: str, earliest_year: int = 1800) -> object:
    return read_id_number(text, today=TODAY, earliest_year=earliest_year)


def reason(text: str, earliest_year: int = 1800) -> str:
    with pytest.raises(IdNumberInvalid) as refused:
        read(text, earliest_year)
    assert refused.value.code == "id-number-invalid"
    return refused.value.reason


def test_a_citizen_number_tells_birth_gender_and_area() -> None:
    found = read_id_number(number("511602", "18840229", "002"), today=TODAY, earliest_year=1800)
    assert (found.kind, found.birth_date, found.gender, found.area) == (
        "mainland",
        date(1884, 2, 29),
        "female",
        "511602",
    )


def test_a_small_x_and_spaces_round_it_are_forgiven() -> None:
    with_x = next(n for order in range(1000) if (n := number("511602", "18900101", f"{order:03}")).endswith("X"))
    assert read_id_number(f" {with_x.lower()} ", today=TODAY, earliest_year=1800).number == with_x


def test_a_fifteen_digit_number_becomes_eighteen() -> None:
    old = "511602" + "050312" + "121"
    found = read_id_number(old, today=TODAY)
    assert found.number == number("511602", "19050312", "121")
    assert found.birth_date == date(1905, 3, 12)


@pytest.mark.parametrize("area", ["810000", "820000", "830000"])
def test_residence_permits_of_hong_kong_macao_and_taiwan(area: str) -> None:
    found = read_id_number(number(area, "19080823", "002"), today=TODAY)
    assert found.kind == "hk_macao_taiwan_residence"


def test_foreigners_cards_old_and_new() -> None:
    old = read_id_number("ABC440109010101"[:15], today=TODAY)
    assert (old.kind, old.birth_date) == ("foreign_permanent_old", None)
    new = read_id_number(number("951840", "19060504", "001"), today=TODAY)
    assert (new.kind, new.birth_date, new.gender, new.area) == (
        "foreign_permanent_new",
        date(1906, 5, 4),
        "male",
        "51",
    )


def test_each_rule_has_its_reason() -> None:
    good = number("511602", "18990101", "002")
    assert reason(good[:17] + ("0" if good[17] != "0" else "1")) == "check-digit"
    assert reason(number("511602", "18990229", "002")) == "birth-date"
    assert reason(number("511602", "20261123", "002")) == "birth-in-future"
    assert reason(number("991602", "18990101", "002")) == "area"
    assert reason(number("841602", "18990101", "002")) == "area"
    assert reason(good, earliest_year=1900) == "birth-too-early"
    assert reason(good[:16]) == "length"
    assert reason("") == "characters"
    assert reason("５１１６０２１８９９０１０１００２１") == "characters"
    assert reason("X" * 18) == "characters"


def test_the_refusal_never_repeats_the_number() -> None:
    with pytest.raises(IdNumberInvalid) as refused:
        read("511602189902290021")
    assert "511602" not in repr(refused.value) + str(refused.value.facts) + str(refused.value.faults)


@given(st.dates(date(1800, 1, 1), date(1909, 12, 31)), st.integers(0, 999), st.integers(0, 16))
def test_one_wrong_digit_is_always_seen(birth: date, order: int, place: int) -> None:
    good = number("511602", f"{birth:%Y%m%d}", f"{order:03}")
    wrong = good[:place] + str((int(good[place]) + 1) % 10) + good[place + 1 :]
    with pytest.raises(IdNumberInvalid):
        read(wrong)


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(IdNumberInvalid):
        assert len(read_id_number(text, today=TODAY).number) in (15, 18)


def test_age_counts_full_years_and_follows_the_shift() -> None:
    birth = date(1825, 11, 22)
    assert age_on(birth, TODAY, 120) == 81
    assert age_on(birth, TODAY - timedelta(days=1), 120) == 80
    assert age_on(date(1884, 2, 29), date(2023, 2, 28), 120) == 18
    assert age_on(date(1884, 2, 29), date(2023, 3, 1), 120) == 19


def test_credit_codes() -> None:
    assert uscc_check_passes("11511301008778490F")
    assert not uscc_check_passes("11511301008778490G")
    assert not uscc_check_passes("0083372204")
    assert organisation_check_passes("68236467-9")
    assert organisation_check_passes("083372204")
    assert not organisation_check_passes("083372205")
    assert not organisation_check_passes("3946653276082720768")


def test_mobile_numbers_are_eleven_plain_digits() -> None:
    assert is_mobile("13800001234")
    assert is_mobile("14900001234")
    for wrong in ("1380000123", "12800001234", "13800001234\n", "１３８００００１２３４", " 13800001234"):
        assert not is_mobile(wrong)


def test_masks() -> None:
    assert [mask_name(n) for n in ("", "张", "张三", "王秀兰", "阿卜杜拉·买买提江")] == [
        "*",
        "张*",
        "张*",
        "王*兰",
        "阿**江",
    ]
    assert mask_id_number("511602189901010021") == "5116**********0021"
    assert mask_phone("13800001234") == "138****1234"
    assert mask_phone("123") == "***"
