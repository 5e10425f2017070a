"""What the demonstration's survey is given is taken by the platform's own rules, and is nobody real."""

from services.registry.rules import uscc_check_character
from services.registry.rules.answers import check_answers
from services.registry.standard_questionnaire import PART_A, PART_B
from stack.demo.programme_data import PLACES, SUBDISTRICT, WANTED, newcomers, part_a, part_b
from stack.demo_data import enterprises, of_last_year_only


def test_newcomers_are_well_formed_evidently_fictitious_and_other_ones_each_year() -> None:
    found = [*newcomers(2027), *newcomers(2028)]
    known = {one.uscc for one in [*enterprises(), of_last_year_only()]}
    assert all(one.uscc[-1] == uscc_check_character(one.uscc[:-1]) and "示例" in one.name for one in found)
    assert len({one.uscc for one in found} | known) == len(found) + len(known)
    assert len({one.name for one in found}) == len(found)
    assert {one.area_code for one in newcomers(2027)} == set(PLACES) > {SUBDISTRICT}


def test_answers_fit_the_standard_questionnaire() -> None:
    assert len(WANTED) == len(PLACES)
    for turn in range(len(WANTED)):
        for part, answers in ((PART_A, part_a(turn)), (PART_B, part_b(turn))):
            checked = check_answers(part, answers, complete=True)
            assert (checked.errors, checked.answers) == ([], answers)
