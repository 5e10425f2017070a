"""铭牌 as the API shows them."""

from datetime import date, datetime
from typing import Annotated, Literal

from fahu.registry.v1 import plaque_pb2
from pydantic import Field

from services.gateway.routes.enterprises import LEVELS, LevelWord, Year
from services.gateway.schemas import AreaCode, Asked, Day, GivenId, Id, In, NextPageToken, Out, Page, written
from services.gateway.words import Words, day, moment

PlaqueStateWord = Literal["made", "issued", "returned", "lost"]
StandingWord = Literal["valid", "expired", "withdrawn", "not_yet_valid"]
FormWord = Literal["plaque", "certificate"]
STATES, STANDINGS, FORMS = (
    Words(plaque_pb2.PlaqueState),
    Words(plaque_pb2.PlaqueStanding),
    Words(plaque_pb2.PlaqueForm),
)
STANDING_TEXT = "有效、尚未生效、已过期、已撤销。What it is worth today."


class PlaqueQuery(Page):
    """Which plaques."""

    year: Year = 0
    area: AreaCode = ""
    level: LevelWord | None = None
    plaque_state: Annotated[PlaqueStateWord | None, Field(description="铭牌的状态。State of the plaque.")] = None


class FormQuery(Asked):
    """Which paper."""

    form: Annotated[FormWord, Field(description="铭牌为 A3，证书为 A4。A3 artwork, or A4 certificate.")] = "plaque"


class IssueIn(In):
    """When it was handed over, and by whom."""

    issued_on: Annotated[Day | None, Field(description="颁发日期，默认今天。Today unless given.")] = None
    issued_by: Annotated[GivenId | None, Field(description="颁发人员，默认本人。The caller unless given.")] = None


class ReasonIn(In):
    """Why; kept in the audit."""

    reason: Annotated[str, written(200)]


class MadeOut(Out):
    """How many."""

    made_count: Annotated[int, Field(description="本次制作的数量。New by this call.")]
    live_count: Annotated[int, Field(description="该年度已制作或已颁发的数量。Made or issued, these included.")]


class PlaqueOut(Out):
    """一块铭牌及其证书。"""

    id: Id
    designation_id: Id
    enterprise_id: Id
    year: int
    area_code: str
    level: LevelWord
    number: int
    serial: Annotated[str, Field(description="编号，印在铭牌上。As printed.")]
    wording: str
    enterprise_name: Annotated[str, Field(description="制作时的企业名称。As it was when it was made.")]
    area_name: Annotated[str, Field(description="该年度的区域名称。As it was in its year.")]
    state: PlaqueStateWord
    standing: Annotated[StandingWord, Field(description=STANDING_TEXT)]
    made_on: date
    issued_on: date | None
    issued_by: Id | None
    issued_by_name: str | None
    ended_at: datetime | None
    replaces: Annotated[Id | None, Field(description="补发时，所代替的铭牌。The one in whose place it was made.")]
    replaced_by: Annotated[Id | None, Field(description="代替它的铭牌。The one that was made in its place.")]
    verification_url: Annotated[str, Field(description="二维码的地址。Where its code leads to.")]
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]

    @classmethod
    def of(cls, one: plaque_pb2.Plaque, names: dict[str, str]) -> "PlaqueOut":
        return cls(
            id=one.id,
            designation_id=one.designation_id,
            enterprise_id=one.enterprise_id,
            year=one.year,
            area_code=one.area_code,
            level=LEVELS.of(one.level),
            number=one.number,
            serial=one.serial,
            wording=one.wording,
            enterprise_name=one.enterprise_name,
            area_name=one.area_name,
            state=STATES.of(one.state),
            standing=STANDINGS.of(one.standing),
            made_on=date.fromisoformat(one.made_on),
            issued_on=day(one.issued_on),
            issued_by=one.issued_by or None,
            issued_by_name=names.get(one.issued_by),
            ended_at=moment(one, "ended_at"),
            replaces=one.replaces or None,
            replaced_by=one.replaced_by or None,
            verification_url=one.verification_url,
            version=one.version,
        )


class Plaques(Out):
    """One page, by number."""

    plaques: list[PlaqueOut]
    next_page_token: NextPageToken


class VerificationOut(Out):
    """What it is worth, and nothing else."""

    standing: Annotated[StandingWord, Field(description=STANDING_TEXT)]
    wording: str
    year: int
