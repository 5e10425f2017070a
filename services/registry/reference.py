"""The notice's areas and bodies as data. `load-reference` brings the database to it; doing so again is harmless.

An area keeps its code whatever it is called; names are dated, and paper of a year keeps that year's name.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.dialects.postgresql import Range

from services.registry.rules import DISTRICT_SEATS, AreaKind, UnitKind


@dataclass(frozen=True, slots=True)
class ReferenceArea:
    """`names`: what it was called first, then each later name with the day it began."""

    kind: AreaKind
    district_quota: int
    first_name: str
    later_names: tuple[tuple[date, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReferenceUnit:
    code: str
    name: str
    kind: UnitKind
    area_code: str | None
    position: int


AREAS = {
    "310116101": ReferenceArea(AreaKind.TOWN, DISTRICT_SEATS, "朱泾镇"),
    "310116102": ReferenceArea(AreaKind.TOWN, DISTRICT_SEATS, "枫泾镇"),
    "310116103": ReferenceArea(AreaKind.TOWN, DISTRICT_SEATS, "张堰镇"),
    "310116104": ReferenceArea(AreaKind.TOWN, DISTRICT_SEATS, "亭林镇"),
    "310116105": ReferenceArea(AreaKind.TOWN, DISTRICT_SEATS, "吕巷镇"),
    "310116107": ReferenceArea(AreaKind.TOWN, DISTRICT_SEATS, "廊下镇"),
    "310116109": ReferenceArea(AreaKind.TOWN, DISTRICT_SEATS, "金山卫镇"),
    "310116112": ReferenceArea(AreaKind.TOWN, DISTRICT_SEATS, "漕泾镇"),
    "310116113": ReferenceArea(AreaKind.TOWN, DISTRICT_SEATS, "山阳镇"),
    "310116503": ReferenceArea(
        AreaKind.PARK, DISTRICT_SEATS, "金山工业区", ((date(2022, 1, 1), "上海湾区高新技术产业开发区"),)
    ),
    "jinshan2": ReferenceArea(AreaKind.PARK, DISTRICT_SEATS, "金山第二工业区"),
    "310116001": ReferenceArea(AreaKind.SUBDISTRICT, 0, "石化街道"),
}

# The nine agencies in the notice's order, then the centre, then the bodies that lead or help.
BODIES = (
    ("court", "区法院", UnitKind.AGENCY),
    ("procuratorate", "区检察院", UnitKind.AGENCY),
    ("public_security", "公安金山分局", UnitKind.AGENCY),
    ("justice", "区司法局", UnitKind.AGENCY),
    ("hrss", "区人社局", UnitKind.AGENCY),
    ("eco_env", "区生态环境局", UnitKind.AGENCY),
    ("emergency", "区应急管理局", UnitKind.AGENCY),
    ("market_reg", "区市场监管局", UnitKind.AGENCY),
    ("fire_rescue", "区消防救援支队", UnitKind.AGENCY),
    ("centre", "区综治中心", UnitKind.CENTRE),
    ("committee", "区委政法委", UnitKind.SUPERVISOR),
    ("rule_of_law_office", "区委依法治区办", UnitKind.SUPERVISOR),
    ("law_society", "区法学会", UnitKind.OTHER),
    ("federation", "区工商联", UnitKind.OTHER),
    ("gov_services", "区政务服务办", UnitKind.OTHER),
)


def name_ranges(area_code: str) -> list[tuple[str, Range[date]]]:
    """The names of an area, each with the days it is valid on; the first reaches back without end."""
    area = AREAS[area_code]
    starts = [None, *(day for day, _ in area.later_names)]
    names = [area.first_name, *(name for _, name in area.later_names)]
    ends = [*starts[1:], None]
    periods = [Range(start, end, bounds="[)" if start else "()") for start, end in zip(starts, ends, strict=True)]
    return list(zip(names, periods, strict=True))


def name_on(area_code: str, day: date) -> str:
    return next(name for name, valid in name_ranges(area_code) if day in valid)


def units_on(day: date) -> list[ReferenceUnit]:
    """All units in order; the office of an area bears the name that its area has on the day."""
    bodies = [ReferenceUnit(code, name, kind, None, place) for place, (code, name, kind) in enumerate(BODIES, 1)]
    offices = [
        ReferenceUnit(f"area-{code}", name_on(code, day), UnitKind.AREA_OFFICE, code, place)
        for place, code in enumerate(AREAS, len(BODIES) + 1)
    ]
    return bodies + offices
