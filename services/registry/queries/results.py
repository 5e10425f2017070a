"""What was answered, counted by the database: a row for each question, option, area and industry, however many answered."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.registry.rules.figures import Turnout
from services.registry.rules.questions import Kind
from services.registry.rules.results import Count, without_guarded

# Who may export answers by name (FindingsService.ExportAnswers).
EXPORTERS = (Role.ROLE_CENTRE_LEAD, Role.ROLE_SUPERVISOR)
# Valid parts A, and parts B. Both end in columns area, industry, answers.
_NAMED = """
SELECT i.area_code AS area, COALESCE(y.industry, '?') AS industry, r.answers
FROM survey_response r
JOIN survey s ON s.id = r.survey_id
JOIN invitation i ON i.id = r.invitation_id
JOIN enterprise_year y ON y.enterprise_id = i.enterprise_id AND y.year = i.year
WHERE r.survey_id = :survey AND r.state = 'SUBMITTED' AND r.answered_percent >= s.valid_min_percent
"""
_ANONYMOUS = """
SELECT COALESCE(area_code, '?') AS area, COALESCE(industry, '?') AS industry, answers
FROM anonymous_answer WHERE survey_id = :survey
"""
# A matrix is as many questions as it has rows; whoever chose several options answered once.
_COUNTED = """
WITH answered AS ({source}), given AS (
  SELECT area, industry, a.key AS question, a.value FROM answered CROSS JOIN LATERAL jsonb_each(answers) a
), item AS (
  SELECT area, industry, question, '' AS row, value FROM given WHERE jsonb_typeof(value) <> 'object'
  UNION ALL
  SELECT area, industry, question, r.key, r.value FROM given
  CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(value) WHEN 'object' THEN value ELSE '{{}}' END) r
), told AS (
  SELECT area, industry, question, row, '' AS option,
    CASE WHEN jsonb_typeof(value) = 'number' THEN (value #>> '{{}}')::numeric END AS number
  FROM item
  UNION ALL
  SELECT area, industry, question, row, value #>> '{{}}', NULL FROM item
  WHERE question = ANY(:chosen) AND jsonb_typeof(value) IN ('string', 'number')
  UNION ALL
  SELECT area, industry, question, row, o.value, NULL FROM item
  CROSS JOIN LATERAL jsonb_array_elements_text(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE '[]' END) o
)
SELECT question, row, option, area, industry, count(*), sum(number)::float8 FROM told
GROUP BY question, row, option, area, industry ORDER BY 1, 2, 3, 4, 5
"""
NAMED = text(_COUNTED.format(source=_NAMED))
ANONYMOUS = text(_COUNTED.format(source=_ANONYMOUS))
_CHOSEN = (Kind.SINGLE, Kind.MATRIX, Kind.RATING)

TURNOUT = text("""
SELECT i.area_code, count(*),
  count(*) FILTER (WHERE r.state = 'SUBMITTED'),
  count(*) FILTER (WHERE r.state = 'SUBMITTED' AND r.answered_percent >= s.valid_min_percent)
FROM invitation i JOIN survey s ON s.id = i.survey_id
LEFT JOIN survey_response r ON r.invitation_id = i.id
WHERE i.survey_id = :survey GROUP BY i.area_code ORDER BY i.area_code
""")
# Who named an agency, by whichever question and option; and who answered any of these questions.
NEEDS = text(f"""
WITH answered AS ({_NAMED.replace("r.answers", "r.answers, r.invitation_id")}), means AS (
  SELECT * FROM unnest(CAST(:questions AS text[]), CAST(:options AS text[]), CAST(:agencies AS text[]))
    AS m(question, option, agency)
), named AS (
  SELECT DISTINCT a.invitation_id, m.agency FROM answered a JOIN means m ON
    a.answers -> m.question @> to_jsonb(m.option) OR a.answers -> m.question = to_jsonb(m.option)
)
SELECT agency, count(*) FROM named GROUP BY agency
UNION ALL
SELECT '', count(*) FROM answered WHERE jsonb_exists_any(answers, CAST(:questions AS text[]))
""")  # noqa: S608 - a text of our own

GROUPS = text("""
SELECT jsonb_object_agg(g.key, g.value), results -> 'guarded'
FROM survey_analysis CROSS JOIN LATERAL jsonb_each(results -> 'groups') g
WHERE survey_id = :survey AND g.key = ANY(:names) GROUP BY survey_id
""")
# In the order of the words: that of the rows would be chance as well, but need not be shown.
TEXTS = text("""
SELECT a.key, a.value FROM anonymous_answer CROSS JOIN LATERAL jsonb_each_text(answers) a
WHERE survey_id = :survey AND a.key = ANY(:keys) ORDER BY a.key, a.value
""")


async def counts(session: AsyncSession, survey_id: UUID, questions: Sequence[Mapping[str, Any]], part: str) -> list[Count]:
    """The tallies of one part, by cell."""
    chosen = [question["key"] for question in questions if question["kind"] in _CHOSEN]
    query = NAMED if part == "A" else ANONYMOUS
    return [Count(*row) for row in await session.execute(query, {"survey": survey_id, "chosen": chosen})]


async def turnout_by_area(session: AsyncSession, survey_id: UUID) -> list[Turnout]:
    """How many were asked and answered, by area code. The population is that of the survey: who was asked."""
    rows = await session.execute(TURNOUT, {"survey": survey_id})
    return [Turnout(area, sent, sent, returned, valid) for area, sent, returned, valid in rows]


async def needs(
    session: AsyncSession, survey_id: UUID, meanings: Sequence[tuple[str, str, str]]
) -> tuple[dict[str, int], int]:
    """How many named each agency, and how many answered. `meanings`: question, option, and the agency it stands for."""
    questions, options, agencies = (list(column) for column in zip(*meanings, strict=True)) if meanings else ([], [], [])
    given = {"survey": survey_id, "questions": questions, "options": options, "agencies": agencies}
    found = {str(agency): int(count) for agency, count in await session.execute(NEEDS, given)}
    answered = found.pop("", 0)
    return found, answered


async def texts(session: AsyncSession, survey_id: UUID, keys: Sequence[str]) -> dict[str, list[str]]:
    """What nobody in particular wrote, by question."""
    found: dict[str, list[str]] = {key: [] for key in keys}
    for key, written in await session.execute(TEXTS, {"survey": survey_id, "keys": list(keys)}):
        found[key].append(written)
    return found


async def groups(session: AsyncSession, actor: Actor, survey_id: UUID, names: Sequence[str]) -> dict[str, Any]:
    """The tallies of some groups, without reading the others, as far as the caller may read them.

    A cell of part A may be a single enterprise, so who may not export what it answered is not told it here either.
    """
    row = (await session.execute(GROUPS, {"survey": survey_id, "names": list(names)})).first()
    if row is None:
        return {}
    found, guarded = row
    if actor.has(*EXPORTERS):
        return dict(found)
    return without_guarded(found, found if guarded is None else guarded)  # taken before anything was guarded: all of it is
