"""Demonstration enterprises and staff: evidently fictitious, the same at every run, in the numbers of the notice."""

import random
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from services.registry.rules import uscc_check_character

# 33 district-level points, three an area, and 138 town-level ones: 171, as in 2021.
DISTRICT_PER_AREA = 3
TOWN_TOTAL = 138
TOWN_LEAST = 8
SEED = 2021
AREAS = {
    "310116101": ("zhujing", "朱泾"),
    "310116102": ("fengjing", "枫泾"),
    "310116103": ("zhangyan", "张堰"),
    "310116104": ("tinglin", "亭林"),
    "310116105": ("lvxiang", "吕巷"),
    "310116107": ("langxia", "廊下"),
    "310116109": ("jinshanwei", "金山卫"),
    "310116112": ("caojing", "漕泾"),
    "310116113": ("shanyang", "山阳"),
    "310116503": ("gongyequ", "金山工业区"),
    "jinshan2": ("jinshan2", "金山第二工业区"),
}
AGENCIES = {
    "court": "区法院",
    "procuratorate": "区检察院",
    "public_security": "公安金山分局",
    "justice": "区司法局",
    "hrss": "区人社局",
    "eco_env": "区生态环境局",
    "emergency": "区应急管理局",
    "market_reg": "区市场监管局",
    "fire_rescue": "区消防救援支队",
}
TRADES = (
    "新材料", "精密机械", "食品", "纺织", "生物医药", "物流", "电子科技", "环保设备", "印刷包装", "汽车零部件",
    "农业发展", "化工", "新能源", "智能装备", "医疗器械", "软件", "建筑工程", "塑料制品", "家居", "文化旅游",
)  # fmt: skip
FORMS = ("有限公司", "有限公司", "股份有限公司", "有限责任公司")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
Level = Literal["district", "town"]
Role = Literal[
    "agency_contact", "agency_handler", "agency_lead", "centre_operator", "centre_lead", "supervisor", "area_officer"
]
Duty = Literal["leader", "contact", ""]
# GB 11714: weights of the first eight characters in the ninth.
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Enterprise:
    """A liaison point and its contact. WeChat's sandbox knows the contact as `openid`."""

    uscc: str
    name: str
    area_code: str
    level: Level
    liaison: str
    phone: str

    @property
    def openid(self) -> str:
        return f"liaison-{self.phone}"


@dataclass(frozen=True)
class Staff:
    """Somebody who works with demands, by the unit and the part they play."""

    login: str
    name: str
    phone: str
    unit_code: str
    role: Role
    title: str
    duty: Duty = ""

    @property
    def openid(self) -> str:
        return f"staff-{self.login.replace('.', '-')}"


def enterprises() -> list[Enterprise]:
    """The cohort of a year: 171 enterprises over the eleven areas."""
    towns = _spread_of_towns()
    points = [
        (area, level)
        for area in AREAS
        for level, count in (("district", DISTRICT_PER_AREA), ("town", towns[area]))
        for _ in range(count)
    ]
    return [_enterprise(number, area, level) for number, (area, level) in enumerate(points, 1)]


def one_for_each_area() -> list[Enterprise]:
    """A small cohort, for tests: the first enterprise of each area."""
    firsts: dict[str, Enterprise] = {}
    for enterprise in enterprises():
        firsts.setdefault(enterprise.area_code, enterprise)
    return list(firsts.values())


def of_last_year_only() -> Enterprise:
    """Designated last year and not again: it reads its history and starts nothing."""
    return _enterprise(len(enterprises()) + 1, "310116101", "town")


def _spread_of_towns() -> Counter[str]:
    """How many town-level points each area has. 138 is not a multiple of eleven: the rest falls by lot."""
    spread = Counter(dict.fromkeys(AREAS, TOWN_LEAST))
    lots = random.Random(SEED).choices(list(AREAS), k=TOWN_TOTAL - TOWN_LEAST * len(AREAS))  # noqa: S311 - no secret
    spread.update(lots)
    return spread


def _enterprise(number: int, area: str, level: str) -> Enterprise:
    place = AREAS[area][1]
    # Numbers without a common divisor with the lengths of the lists, so that neighbours differ.
    trade, form = TRADES[number * 7 % len(TRADES)], FORMS[number * 3 % len(FORMS)]
    return Enterprise(
        uscc=uscc_of(number),
        name=f"{place}示例{trade}{number:03}{form}",
        area_code=area,
        level="district" if level == "district" else "town",
        liaison=f"{SURNAMES[number % len(SURNAMES)]}示例",
        phone=f"1990000{number:04}",
    )


def uscc_of(number: int) -> str:
    """A well-formed 统一社会信用代码. No real organisation code begins with so many zeros."""
    organisation = f"{number:08}"
    total = sum(weight * int(digit) for weight, digit in zip(_ORGANISATION_WEIGHTS, organisation, strict=True))
    code = f"91310116{organisation}{'0123456789X0'[11 - total % 11]}"
    return code + uscc_check_character(code)


def staff() -> list[Staff]:
    """Everybody who works with demands, with their duties: REG-9 asks a leader and a contact of every agency and area."""
    posts: list[tuple[str, str, str, Role, Duty]] = []
    for code, unit in AGENCIES.items():
        posts.append((f"{code}.contact", code, f"{unit}联系人", "agency_contact", "contact"))
        posts.append((f"{code}.handler", code, f"{unit}承办人", "agency_handler", ""))
        posts.append((f"{code}.lead", code, f"{unit}分管负责人", "agency_lead", "leader"))
    posts.append(("centre.operator", "centre", "区综治中心值班员", "centre_operator", "contact"))
    posts.append(("centre.lead", "centre", "区综治中心负责人", "centre_lead", "leader"))
    posts.append(("committee.supervisor", "committee", "区委政法委督查员", "supervisor", "contact"))
    posts.append(("ruleoflaw.supervisor", "rule_of_law_office", "区委依法治区办督查员", "supervisor", "contact"))
    for code, (short, place) in AREAS.items():
        posts.append((f"{short}.officer", f"area-{code}", f"{place}联系人", "area_officer", "contact"))
        posts.append((f"{short}.lead", f"area-{code}", f"{place}分管负责人", "area_officer", "leader"))
    return [
        Staff(login, f"{SURNAMES[-number % len(SURNAMES)]}示例", f"1990000{5000 + number}", unit, role, title, duty)
        for number, (login, unit, title, role, duty) in enumerate(posts, 1)
    ]
