"""A year's list as supervisor and areas make it: what tests of cohorts, nominations and liaison points repeat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import cohort_service_pb2 as cohorts_pb
from fahu.registry.v1 import nomination_service_pb2 as pb
from fahu.registry.v1.enterprise_pb2 import LEVEL_DISTRICT, LEVEL_TOWN, Level

from kit.auth import Actor
from services.registry.rules.nominations import FILE
from tests import signing
from tests.registry.conftest import World
from tests.registry.files import ZHUJING, csv_file, uscc

SUPERVISOR = signing.person(Role.ROLE_SUPERVISOR, unit="committee")
STATES = {name: cohorts_pb.CohortState.Value(f"COHORT_STATE_{name}") for name in ("SURVEYING", "RECOMMENDING", "REVIEWING")}


def officer(area: str = ZHUJING) -> Actor:
    return signing.person(Role.ROLE_AREA_OFFICER, unit=f"area-{area}", area=area)


def key() -> str:
    return uuid4().hex


@dataclass
class Year:
    """One year's list, with stubs that speak for the supervisor and for each area's officer."""

    world: World
    year: int
    officers: dict[str, Any] = field(default_factory=dict)
    version: int = 0

    def __post_init__(self) -> None:
        self.cohorts = self.world.cohorts(SUPERVISOR)
        self.nominations = self.world.nominations(SUPERVISOR)
        self.designations = self.world.designations(SUPERVISOR)

    def area(self, code: str = ZHUJING) -> Any:
        if code not in self.officers:
            self.officers[code] = self.world.nominations(officer(code))
        return self.officers[code]

    @property
    def on(self) -> Any:
        return cohorts_pb.CohortPrecondition(year=self.year, expected_version=self.version, request_id=key())

    async def begin(self, total: int = 171, prepare: bool = False, towns: Mapping[str, int] | None = None) -> Any:
        targets = cohorts_pb.CohortTargets(
            target_total=total,
            town_targets=[cohorts_pb.TownTarget(area_code=code, target=want) for code, want in (towns or {}).items()],
        )
        request = cohorts_pb.BeginCohortRequest(
            year=self.year, targets=targets, prepare_from_previous=prepare, request_id=key()
        )
        return self._seen(await self.cohorts.BeginCohort(request))

    async def advance(self, *states: str) -> Any:
        for state in states or STATES:
            answer = self._seen(
                await self.cohorts.AdvanceCohort(cohorts_pb.AdvanceCohortRequest(on=self.on, to=STATES[state]))
            )
        return answer

    async def waive(self, reason: str = "纸质问卷已回收") -> Any:
        return self._seen(await self.cohorts.WaiveSurvey(cohorts_pb.WaiveSurveyRequest(on=self.on, reason=reason)))

    async def publish(self) -> Any:
        return self._seen(await self.cohorts.PublishCohort(cohorts_pb.PublishCohortRequest(on=self.on)))

    async def close(self) -> Any:
        return self._seen(await self.cohorts.CloseCohort(cohorts_pb.CloseCohortRequest(on=self.on)))

    async def get(self, actor: Actor = SUPERVISOR) -> Any:
        return (await self.world.cohorts(actor).GetCohort(cohorts_pb.GetCohortRequest(year=self.year))).cohort

    def _seen(self, answer: Any) -> Any:
        self.version = answer.cohort.version
        return answer

    async def nominate(self, number: int, area: str = ZHUJING, level: Level.ValueType = LEVEL_TOWN, **more: Any) -> Any:
        """A draft of an area's officer."""
        asked = {"uscc": uscc(number), "enterprise_name": f"示例{number:03}有限公司", "request_id": key()} | more
        content = pb.NominationContent(level=level, nominator=pb.NOMINATOR_AREA, reason="守法经营")
        request = pb.CreateNominationRequest(year=self.year, content=content, **asked)
        return (await self.area(area).CreateNomination(request)).nomination

    async def submit(self, nomination: Any) -> Any:
        request = pb.SubmitNominationRequest(on=on(nomination))
        return (await self.area(nomination.area_code).SubmitNomination(request)).nomination

    async def accept(self, nomination: Any) -> Any:
        return (await self.nominations.AcceptNomination(pb.AcceptNominationRequest(on=on(nomination)))).nomination

    async def reject(self, nomination: Any, reason: str = "材料不全") -> Any:
        request = pb.RejectNominationRequest(on=on(nomination), reason=reason)
        return (await self.nominations.RejectNomination(request)).nomination

    async def import_lines(self, rows: Sequence[tuple[str, ...]], area: str = ZHUJING, dry_run: bool = False) -> Any:
        """Send rows of a file of nominations: code, name, level, nominator, reason."""
        request = pb.ImportNominationsRequest(
            year=self.year, file_name="推荐.csv", content=nomination_file(rows), dry_run=dry_run
        )
        return await self.area(area).ImportNominations(request)

    async def handed_in(self, number: int, area: str = ZHUJING, level: Level.ValueType = LEVEL_DISTRICT) -> Any:
        return await self.submit(await self.nominate(number, area, level))


def nomination_file(rows: Sequence[tuple[str, ...]]) -> bytes:
    lines = [",".join(FILE.all), *(",".join(row) for row in rows)]
    return "\n".join(lines).encode()


def on(nomination: Any) -> Any:
    return pb.NominationPrecondition(nomination_id=nomination.id, expected_version=nomination.version, request_id=key())


async def accepted_list(year: Year, district: int = 33, town: int = 138) -> list[str]:
    """Fill a year under review with accepted nominations, spread over the eleven areas. By SQL, for it is quicker.

    Returns the areas' codes in the order in which they were filled.
    """
    codes = [str(row[0]) for row in await year.world.rows("SELECT code FROM area WHERE district_quota > 0 ORDER BY code")]
    await year.world.change(
        """
        WITH made AS (
          INSERT INTO enterprise SELECT gen_random_uuid(), 'LIST' || lpad(n::text, 14, '0'), '名单' || n, 1, now()
          FROM generate_series(1, :total) AS n RETURNING id, uscc
        ), placed AS (
          INSERT INTO enterprise_year (enterprise_id, year, area_code)
          SELECT id, :year, (CAST(:codes AS text[]))[(right(uscc, 9)::int - 1) % 11 + 1] FROM made
          RETURNING enterprise_id, year, area_code
        )
        INSERT INTO nomination (id, year, enterprise_id, area_code, nominator, level, reason, state, seat_no, suggested,
          version, created_by, created_at, submitted_at)
        SELECT gen_random_uuid(), placed.year, enterprise_id, area_code, 'AREA',
          CASE WHEN n <= :district THEN 'DISTRICT' ELSE 'TOWN' END, '', 'ACCEPTED',
          CASE WHEN n <= :district THEN (n - 1) / 11 + 1 END, false, 2, gen_random_uuid(), now(), now()
        FROM placed JOIN (SELECT id, right(uscc, 9)::int AS n FROM made) AS numbered ON numbered.id = enterprise_id
        """,
        total=district + town,
        district=district,
        year=year.year,
        codes=codes,
    )
    return codes


__all__ = ["LEVEL_DISTRICT", "LEVEL_TOWN", "SUPERVISOR", "Year", "accepted_list", "csv_file", "key", "officer", "on"]
