"""From a closed survey to results, sheets and a report: what is counted, what stays hidden, and that it is taken once."""

import io
import json
import random
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from docx import Document
from fahu.dispatch.v1 import year_service_pb2 as years
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import findings_service_pb2 as pb
from fahu.registry.v1 import survey_service_pb2 as surveys_pb
from python_calamine import CalamineWorkbook
from sqlalchemy.exc import DBAPIError

from services.registry.standard_questionnaire import PART_A, PART_B
from tests.registry import census
from tests.registry.answered import ANSWER, answer, give_part_b
from tests.registry.census import LEAD, OFFICER, OPERATOR, SUPERVISOR, on, row
from tests.registry.conftest import YEAR, World, race, refusal
from tests.registry.files import FENGJING, ZHUJING, uscc


async def closed(world: World) -> Any:
    """Twelve of two towns were asked; seven of them answered part A, one of them too little to count."""
    rows = [
        row(number, ZHUJING if number <= 8 else FENGJING, "制造业" if number % 2 else "建筑业") for number in range(1, 13)
    ]
    survey = await census.opened(world, *rows)
    for number in range(1, 7):
        agencies = ["hrss", "court"] if number <= 4 else ["hrss"]
        forms = {"lecture": "o1" if number <= 3 else "o2"}
        await answer(world, survey, number, {"staff": f"o{1 + number % 2}", "agencies": agencies, "forms": forms})
    await answer(world, survey, 9, {"staff": "o1", "agencies": ["eco_env"]}, percent=10)
    return await census.close(world, survey)


def analysing(survey: Any, **more: Any) -> pb.AnalyseSurveyRequest:
    return pb.AnalyseSurveyRequest(on=on(survey, **more))


async def analysed(world: World, survey: Any) -> Any:
    await world.findings(SUPERVISOR).AnalyseSurvey(analysing(survey))
    return (await world.surveys(OPERATOR).GetSurvey(surveys_pb.GetSurveyRequest(survey_id=survey.id))).survey


async def results(world: World, survey: Any, **more: Any) -> Any:
    """As the centre's lead sees them, who may export answers."""
    return await world.findings(LEAD).GetResults(pb.GetResultsRequest(survey_id=survey.id, **more))


def tally(group: Any, question: str, row_key: str = "") -> Any:
    return next(one for one in group.tallies if (one.question_key, one.row_key) == (question, row_key))


def counts(found: Any) -> dict[str, int]:
    return {one.key: one.count for one in found.counts}


async def test_part_a_is_counted_by_question_area_and_industry(world: World) -> None:
    survey = await analysed(world, await closed(world))
    found = await results(world, survey)
    (everybody,) = found.groups
    assert (found.summary.sent, found.summary.returned, found.summary.valid) == (12, 7, 6)
    assert (tally(everybody, "staff").answered, counts(tally(everybody, "staff"))) == (6, {"o1": 3, "o2": 3})
    assert (tally(everybody, "agencies").answered, counts(tally(everybody, "agencies"))) == (6, {"hrss": 6, "court": 4})
    assert counts(tally(everybody, "forms", "lecture")) == {"o1": 3, "o2": 3}
    by_industry = await results(world, survey, area_code=ZHUJING, by=pb.RESULTS_BY_INDUSTRY)
    assert [(one.area_name, one.industry_name, tally(one, "staff").answered) for one in by_industry.groups] == [
        ("朱泾镇", "制造业", 3),
        ("朱泾镇", "建筑业", 3),
    ]
    # Whoever answered too little is returned and not valid: it has no part in results.
    by_area = await results(world, survey, by=pb.RESULTS_BY_AREA)
    assert [one.area_code for one in by_area.groups] == [ZHUJING]
    assert (await results(world, survey, area_code=FENGJING)).groups == []


async def test_part_b_shows_no_few_and_nothing_they_follow_from(world: World) -> None:
    survey = await closed(world)
    small = [(FENGJING, "C", {"rate_court": 1})] * 3
    large = [(ZHUJING, "C", {"rate_court": 5}) for _ in range(20)] + [(ZHUJING, "E", {"rate_court": 4}) for _ in range(9)]
    others = [(FENGJING, "E", {"rate_court": 3, "overall": 2}) for _ in range(6)]
    await give_part_b(world, survey, [*small, *large, *others])
    survey = await analysed(world, survey)
    (everybody,) = (await results(world, survey)).groups
    whole = tally(everybody, "rate_court")
    assert (whole.answered, counts(whole)) == (38, {"5": 20, "4": 9, "3": 6, "1": 3})
    assert whole.mean == pytest.approx((100 + 36 + 18 + 3) / 38)
    (few,) = (await results(world, survey, area_code=FENGJING, industry="C")).groups
    assert (tally(few, "rate_court").hidden, tally(few, "rate_court").answered) == (True, 0)
    assert counts(tally(few, "rate_court")) == {}
    # The town less its other industry, or the industry less its other town, would tell.
    (beside,) = (await results(world, survey, area_code=FENGJING, industry="E")).groups
    (above,) = (await results(world, survey, area_code=FENGJING)).groups
    assert tally(beside, "rate_court").hidden or tally(above, "rate_court").hidden
    assert not tally(beside, "overall").hidden  # six answered it, all of them here


async def test_what_is_kept_of_part_b_is_what_may_be_shown(world: World) -> None:
    """Whoever reads the analysis in the database learns no more than whoever asks for results."""
    survey = await closed(world)
    await give_part_b(world, survey, [(ZHUJING, "C", {"overall": 5})] * 6 + [(FENGJING, "E", {"overall": 1})] * 2)
    await analysed(world, survey)
    kept = (await world.rows("SELECT results FROM survey_analysis"))[0][0]["groups"]
    assert kept[f"{FENGJING}/E"]["overall"] == {"": None}
    assert kept[f"{FENGJING}/"]["overall"] == {"": None}
    assert kept["/E"]["overall"] == {"": None}


async def test_analysing_is_done_once_and_reporting_after_it(world: World) -> None:
    survey = await closed(world)
    early = await refusal(world.findings(SUPERVISOR).ReportSurvey(pb.ReportSurveyRequest(on=on(survey))))
    assert (early.reason, early.metadata["state"]) == ("SURVEY_WRONG_STATE", "CLOSED")
    assert (await refusal(results(world, survey))).reason == "SURVEY_NOT_ANALYSED"
    unknown = await refusal(world.findings(LEAD).DrawReport(pb.DrawReportRequest(survey_id=str(uuid4()))))
    assert unknown.reason == "SURVEY_NOT_FOUND"
    request = analysing(survey)
    passed, refused = await race(*(world.findings(SUPERVISOR).AnalyseSurvey(analysing(survey)) for _ in range(4)))
    assert (len(passed), set(refused)) == (1, {"STALE_VERSION"})
    assert (await refusal(world.findings(SUPERVISOR).AnalyseSurvey(request))).reason == "STALE_VERSION"
    again = analysing(survey, version=survey.version + 1)
    assert (await refusal(world.findings(SUPERVISOR).AnalyseSurvey(again))).reason == "SURVEY_WRONG_STATE"
    report = pb.ReportSurveyRequest(on=on(survey, version=survey.version + 1))
    reported = await world.findings(SUPERVISOR).ReportSurvey(report)
    assert reported.state == surveys_pb.SURVEY_STATE_REPORTED
    assert await world.findings(SUPERVISOR).ReportSurvey(report) == reported
    told = await world.events(events_pb2.SurveyChanged, survey.id)
    assert [one.state for one in told] == [1, 2, 3, 4, 5]
    for table in ("survey_analysis", "survey_report"):
        with pytest.raises(DBAPIError, match="is not changed"):
            await world.change(f"UPDATE {table} SET made_at = now()")


async def test_only_supervisors_analyse_and_only_leads_export(world: World) -> None:
    survey = await closed(world)
    for actor in (LEAD, OPERATOR, OFFICER):
        assert (await refusal(world.findings(actor).AnalyseSurvey(analysing(survey)))).reason == "PERMISSION_DENIED"
    exporting = pb.ExportAnswersRequest(survey_id=survey.id)
    for actor in (OPERATOR, OFFICER):
        assert (await refusal(world.findings(actor).ExportAnswers(exporting))).reason == "PERMISSION_DENIED"
        with pytest.raises(Exception, match="may not do this"):
            await world.findings(actor).ExportResults(pb.ExportResultsRequest(survey_id=survey.id))
    refused = await refusal(world.findings(OFFICER).GetResults(pb.GetResultsRequest(survey_id=survey.id)))
    assert refused.reason == "PERMISSION_DENIED"


def sheet_of(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)


async def test_an_option_retired_midway_keeps_its_column_and_its_answers(world: World) -> None:
    survey = await census.opened(world, *[row(number) for number in range(1, 7)])
    await answer(world, survey, 1, {"staff": "o1", "agencies": ["court"], "advice": "=1+1"})
    part_a = json.loads(json.dumps(PART_A))
    agencies = next(question for question in part_a["questions"] if question["key"] == "agencies")
    next(option for option in agencies["options"] if option["key"] == "court")["retired"] = True
    agencies["options"].append({"key": "tax", "text": "区税务局"})
    saving = surveys_pb.SaveQuestionnaireRequest(on=on(survey), part_a=json.dumps(part_a), part_b=json.dumps(PART_B))
    saved = await world.surveys(SUPERVISOR).SaveQuestionnaire(saving)
    assert list(saved.errors) == []
    await answer(world, survey, 2, {"staff": "o2", "agencies": ["tax"]})
    current = (await world.surveys(LEAD).GetSurvey(surveys_pb.GetSurveyRequest(survey_id=survey.id))).survey
    early = await refusal(world.findings(LEAD).ExportAnswers(pb.ExportAnswersRequest(survey_id=survey.id)))
    assert early.reason == "SURVEY_WRONG_STATE"
    survey = await analysed(world, await census.close(world, current))
    exported = await world.findings(LEAD).ExportAnswers(pb.ExportAnswersRequest(survey_id=survey.id))
    header, first, second = sheet_of(exported.content)
    court = next(place for place, name in enumerate(header) if name.endswith("：区法院（已停用）"))
    tax = next(place for place, name in enumerate(header) if name.endswith("：区税务局"))
    assert [(one[0], one[court], one[tax]) for one in (first, second)] == [(uscc(1), "是", ""), (uscc(2), "", "是")]
    advice = next(place for place, name in enumerate(header) if "对优化法治化营商环境" in name)
    assert first[advice] == "'=1+1"
    told = await world.findings(SUPERVISOR).ExportResults(pb.ExportResultsRequest(survey_id=survey.id))
    rows = {one[4]: one[5] for one in sheet_of(told.content) if "最希望得到" in str(one[2])}
    assert (rows["作答数"], rows["区法院（已停用）"], rows["区税务局"]) == (2, 1, 1)
    audited = await world.rows("SELECT action, actor FROM audit WHERE action LIKE '%EXPORTED' ORDER BY position")
    assert [tuple(one) for one in audited][-2:] == [
        ("SURVEY_ANSWERS_EXPORTED", LEAD.subject),
        ("SURVEY_RESULTS_EXPORTED", SUPERVISOR.subject),
    ]


async def test_words_of_part_b_are_read_if_enough_wrote_and_in_the_order_of_their_letters(world: World) -> None:
    survey = await closed(world)
    wrote = [(ZHUJING, "C", {"improve": words, "why_court": words}) for words in ("丙", "甲", "=乙", "丁")]
    await give_part_b(world, survey, [*wrote, (ZHUJING, "C", {"improve": "戊"})])
    survey = await analysed(world, survey)
    told = await world.findings(SUPERVISOR).ExportResults(pb.ExportResultsRequest(survey_id=survey.id))
    rows = [one for one in sheet_of(told.content) if one[2] == "最应当改进的是什么？"]
    assert [one[4] for one in rows] == ["作答数", "'=乙", "丁", "丙", "戊", "甲"]
    assert [one[4] for one in sheet_of(told.content) if "主要哪里不满意" in str(one[2]) and "区法院" in str(one[2])] == [
        "作答数"
    ]


async def drawn(world: World, survey: Any) -> bytes:
    return bytes((await world.findings(OPERATOR).DrawReport(pb.DrawReportRequest(survey_id=survey.id))).content)


def text_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for each in table.rows for cell in each.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


async def test_the_report_tells_what_dispatch_counted_of_the_past_year(world: World) -> None:
    told = years.CategoryCourse(category_code="hrss", submitted=41, dispatched=37, accepted=36, replied=31, rated=20)
    world.dispatch.courses = {YEAR - 1: [told], YEAR: [years.CategoryCourse(category_code="hrss", submitted=977)]}
    survey = await closed(world)
    world.dispatch.away = True
    before = await world.rows("SELECT state, version FROM survey")
    assert (await refusal(world.findings(SUPERVISOR).AnalyseSurvey(analysing(survey)))).reason == "DEMANDS_UNAVAILABLE"
    assert await world.rows("SELECT state, version FROM survey") == before
    world.dispatch.away = False
    survey = await analysed(world, survey)
    world.dispatch.courses = {}  # what was kept stays
    found = rows_of(await drawn(world, survey))
    assert [cells for cells in found if cells[0] == "区人社局" and {"41", "31"} <= set(cells)]
    assert "977" not in str(found)


def rows_of(content: bytes) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for table in Document(io.BytesIO(content)).tables for row in table.rows]


async def test_the_report_tells_the_figures_and_is_the_same_when_drawn_again(world: World) -> None:
    survey = await closed(world)
    await give_part_b(world, survey, [(ZHUJING, "C", {"rate_hrss": 2, "overall": 4})] * 6)
    survey = await analysed(world, survey)
    first = await drawn(world, survey)
    told = text_of(first)
    assert "发放问卷12份，回收7份，回收率58.3%；其中有效问卷6份，有效率85.7%" in told
    assert "依次为：区人社局、区法院" in told
    assert "“对各部门的评分（5分制）”平均分低于3.5的有：区人社局（2.00）" in told
    # What came in later, here and elsewhere, changes nothing of what was taken.
    await world.change("UPDATE enterprise SET name = '改名有限公司'")
    await world.change("UPDATE area_name SET name = '改名镇' WHERE area_code = :area", area=ZHUJING)
    assert await drawn(world, survey) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        document = archive.read("word/document.xml").decode()
        assert 'w:linePitch="579"' in document
        assert archive.read("word/header1.xml").decode().count('string="草稿"') == 1
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "印章" not in document


async def test_a_survey_that_nobody_answered_is_reported_without_dividing_by_nothing(world: World) -> None:
    survey = await census.opened(world, row(1))
    survey = await analysed(world, await census.close(world, survey))
    told = text_of(await drawn(world, survey))
    assert "回收0份，回收率0.0%；其中有效问卷0份，有效率—" in told
    assert "没有可供汇总的法治需求" in told
    assert (await results(world, survey)).groups == []


async def thousands(world: World, areas: list[str]) -> Any:
    """Two thousand invited, and as many parts A; the survey is closed."""
    await census.opened(world, row(1))
    for statement in (
        "INSERT INTO enterprise SELECT gen_random_uuid(), 'X' || lpad(n::text, 17, '0'), '示例' || n, 1, now()"
        " FROM generate_series(1, 2000) n",
        "INSERT INTO enterprise_year (enterprise_id, year, area_code, above_scale, industry)"
        " SELECT e.id, s.year, (CAST(:areas AS text[]))[1 + abs(hashtext(e.uscc)) % cardinality(:areas)], true,"
        " substr('CCCCCEFGHIJKLMQR', 1 + abs(hashtext(e.name)) % 16, 1) FROM enterprise e, survey s WHERE e.uscc LIKE 'X%'",
        "INSERT INTO invitation (id, survey_id, year, enterprise_id, area_code, token_hash, link_number, sent_on,"
        " part_b_given) SELECT gen_random_uuid(), s.id, s.year, y.enterprise_id, y.area_code,"
        " sha256(y.enterprise_id::text::bytea), 1, now()::date, false FROM enterprise_year y"
        " JOIN survey s ON s.year = y.year JOIN enterprise e ON e.id = y.enterprise_id WHERE e.uscc LIKE 'X%'",
    ):
        await world.change(statement, **({"areas": areas} if ":areas" in statement else {}))
    answers = '{"staff": "o1", "counsel": "o2", "agencies": ["hrss", "court"], "forms": {"lecture": "o1"}}'
    await world.change(ANSWER.partition("WHERE")[0], answers=answers, percent=100)
    survey = (await world.surveys(LEAD).ListSurveys(surveys_pb.ListSurveysRequest())).surveys[0]
    return await census.close(world, survey)


async def test_a_census_of_two_thousand_is_analysed_within_the_calls_deadline(world: World) -> None:
    areas = [one[0] for one in await world.rows("SELECT code FROM area ORDER BY code")]
    survey = await thousands(world, areas)
    chance = random.Random(3)
    rated = [question["key"] for question in PART_B["questions"] if question["kind"] == "rating"]
    parts_b = [
        (
            chance.choice(areas),
            chance.choice("CCCCEFI"),
            {key: chance.randint(1, 5) for key in rated if chance.random() < 0.7},
        )
        for _ in range(1_500)
    ]
    await give_part_b(world, survey, parts_b)
    survey = await analysed(world, survey)
    (everybody,) = (await results(world, survey)).groups
    assert tally(everybody, "staff").answered == 2_001
    assert len((await results(world, survey, by=pb.RESULTS_BY_AREA)).groups) == len(areas)
    exported = await world.findings(LEAD).ExportAnswers(pb.ExportAnswersRequest(survey_id=survey.id))
    assert len(sheet_of(exported.content)) == 2_002
