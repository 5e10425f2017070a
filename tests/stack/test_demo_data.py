"""The demonstration cohort has the notice's numbers, is accepted by the importer's rules, and is nobody real."""

from collections import Counter

from services.registry.rules import uscc_check_character
from stack.demo_data import AGENCIES, AREAS, enterprises, of_last_year_only, one_for_each_area, staff


def test_cohort_has_the_numbers_of_the_notice() -> None:
    cohort = enterprises()
    district = Counter(one.area_code for one in cohort if one.level == "district")
    assert len(cohort) == 171
    assert district == dict.fromkeys(AREAS, 3)
    assert {one.area_code for one in cohort if one.level == "town"} == set(AREAS)
    assert cohort == enterprises()


def test_codes_are_well_formed_and_everybody_is_evidently_fictitious() -> None:
    everyone = [*enterprises(), of_last_year_only()]
    assert all(one.uscc[-1] == uscc_check_character(one.uscc[:-1]) for one in everyone)
    assert all("示例" in one.name and "示例" in one.liaison for one in everyone)
    phones = [one.phone for one in everyone] + [one.phone for one in staff()]
    assert all(phone.startswith("1990000") and len(phone) == 11 for phone in phones)
    for values in ([one.uscc for one in everyone], [one.name for one in everyone], phones):
        assert len(set(values)) == len(values)


def test_every_agency_and_area_names_a_leader_and_a_contact() -> None:
    """REG-9."""
    duties = {(one.unit_code, one.duty) for one in staff() if one.duty}
    units = [*AGENCIES, *(f"area-{code}" for code in AREAS), "centre"]
    assert {(unit, duty) for unit in units for duty in ("leader", "contact")} <= duties


def test_small_cohort_has_one_of_each_area() -> None:
    assert [one.area_code for one in one_for_each_area()] == list(AREAS)
