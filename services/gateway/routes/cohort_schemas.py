"""A year's list as the API shows it, and what is said to begin or change one."""

from datetime import date, datetime
from typing import Annotated, Literal

from fahu.registry.v1 import cohort_service_pb2 as pb
from pydantic import Field

from services.gateway.schemas import WHOLE, Day, Id, In, NextPageToken, Out, written
from services.gateway.words import Words, day, moment, moment_of

CohortStateWord = Literal["preparing", "surveying", "recommending", "reviewing", "published", "closed"]
CohortOriginWord = Literal["imported", "run"]
GapWord = Literal["area_seats_open", "town_target_off", "nominations_undecided", "total_off_target", "survey_not_closed"]
STATES, ORIGINS, GAPS = Words(pb.CohortState), Words(pb.CohortOrigin), Words(pb.GapKind)
FirstYear = Annotated[int, Field(ge=2021, le=2200)]
Number = Annotated[int, Field(ge=0, le=10000), WHOLE]


class TownTargetIn(In):
    """How many town-level points an area shall have."""

    area_code: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z_-]*$")]
    target: Number


class TargetsIn(In):
    """What a list shall come to."""

    target_total: Annotated[Number, Field(description="联系点总数。Points in all.")]
    town_targets: Annotated[
        list[TownTargetIn], Field(max_length=100, description="各街镇的镇级联系点数；没有列出的不限。Others: any number.")
    ] = []  # noqa: RUF012 - pydantic copies it
    recommend_by: Annotated[Day | None, Field(description="推荐截止日期；空为 3 月 31 日。Null for 31 March.")] = None

    def message(self) -> pb.CohortTargets:
        towns = [pb.TownTarget(area_code=town.area_code, target=town.target) for town in self.town_targets]
        return pb.CohortTargets(target_total=self.target_total, town_targets=towns, recommend_by=self.recommend_by or "")


class CohortIn(TargetsIn):
    """A year's list, to be made here."""

    year: Annotated[FirstYear, WHOLE]
    district_per_area: Annotated[
        int, Field(ge=0, le=3, description="每个街镇（园区）的区级联系点数。District-level points of each area."), WHOLE
    ] = 3
    prepare_from_previous: Annotated[
        bool, Field(description="以上一年度联系点为推荐草稿。Last year's points become draft nominations.")
    ] = False


class AdvanceIn(In):
    """Where the list goes next."""

    to: Literal["surveying", "recommending", "reviewing"]


class WaiverIn(In):
    """Why the survey is done without."""

    reason: Annotated[str, written(500)]


class CohortAreaOut(Out):
    """One area: accepted nominations until the list is published, then liaison points."""

    area_code: str
    area_name: Annotated[str, Field(description="该年度的名称。As it was called in that year.")]
    district_count: int
    district_target: int
    town_count: int
    town_target: Annotated[int | None, Field(description="空为不限。Null: any number.")]
    undecided_count: Annotated[int, Field(description="未审核的推荐。Nominations handed in, not decided.")]


class GapOut(Out):
    """One thing that the list lacks, or has too much of."""

    kind: GapWord
    area_code: Annotated[str | None, Field(description="空为整个名单。Null: the list as a whole.")]
    area_name: str | None
    have: int
    want: int


class WaiverOut(Out):
    """Why the list may be published without the annual survey."""

    reason: str
    waived_by: Id
    waived_at: datetime


class CohortSummary(Out):
    """The list of one year."""

    year: int
    state: CohortStateWord
    origin: Annotated[CohortOriginWord, Field(description="imported 为导入，run 为由推荐产生。Imported, or made here.")]
    target_total: int | None
    district_per_area: int
    recommend_by: date | None
    survey_waiver: WaiverOut | None
    published_at: datetime | None
    closed_at: datetime | None
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]


class CohortOut(CohortSummary):
    """The list of one year with what its areas have and lack. To an area officer: its own area's."""

    areas: list[CohortAreaOut]
    gaps: Annotated[list[GapOut], Field(description="缺项；为空才能公布。What it lacks; nothing, to be published.")]


class Cohorts(Out):
    """One page, the newest year first."""

    cohorts: list[CohortSummary]
    next_page_token: NextPageToken


def summary(one: pb.Cohort) -> CohortSummary:
    waiver = one.survey_waiver
    waived = WaiverOut(reason=waiver.reason, waived_by=waiver.waived_by, waived_at=moment_of(waiver.waived_at))
    return CohortSummary(
        year=one.year,
        state=STATES.of(one.state),
        origin=ORIGINS.of(one.origin),
        target_total=one.target_total if one.HasField("target_total") else None,
        district_per_area=one.district_per_area,
        recommend_by=day(one.recommend_by),
        survey_waiver=waived if one.HasField("survey_waiver") else None,
        published_at=moment(one, "published_at"),
        closed_at=moment(one, "closed_at"),
        version=one.version,
    )


def whole(one: pb.Cohort) -> CohortOut:
    areas = [_area(area) for area in one.areas]
    gaps = [_gap(gap) for gap in one.gaps]
    return CohortOut(**dict(summary(one)), areas=areas, gaps=gaps)


def _area(one: pb.CohortArea) -> CohortAreaOut:
    return CohortAreaOut(
        area_code=one.area_code,
        area_name=one.area_name,
        district_count=one.district_count,
        district_target=one.district_target,
        town_count=one.town_count,
        town_target=one.town_target if one.HasField("town_target") else None,
        undecided_count=one.undecided_count,
    )


def _gap(one: pb.CohortGap) -> GapOut:
    return GapOut(
        kind=GAPS.of(one.kind),
        area_code=one.area_code or None,
        area_name=one.area_name or None,
        have=one.have,
        want=one.want,
    )
