"""What the programme's part of the demonstration sends: a year's above-scale enterprises, their answers, and reasons."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno

from stack.demo.client import Json
from stack.demo_data import AREAS, TRADES, uscc_of

# Asked like all others, and without liaison points (notice 三（一）1, 附件1).
SUBDISTRICT = "310116001"
PLACES = {code: place for code, (_, place) in AREAS.items()} | {SUBDISTRICT: "石化"}
EACH_AREA = 3
CENSUS_COLUMNS = ("统一社会信用代码", "企业名称", "街镇(园区)", "行业", "规上")

SURVEY_TITLE = "{year}年度企业法治需求问卷调查"
# Which agencies each of those who answer wants most of. More than four, so that the parts B may be read.
WANTED = (
    ("hrss", "court"),
    ("hrss", "market_reg", "justice"),
    ("market_reg", "hrss"),
    ("court", "hrss", "eco_env"),
    ("eco_env", "emergency"),
    ("hrss", "fire_rescue"),
    ("public_security", "court"),
    ("market_reg", "procuratorate"),
    ("hrss", "emergency", "fire_rescue"),
    ("justice", "hrss"),
    ("court", "market_reg"),
    ("eco_env", "hrss"),
)
OVERALL = (5, 4, 4, 5, 3, 4)
WISH = "希望劳动用工方面的法律服务能送到园区来。"
IMPROVE = "检查前后的说明可以更清楚。"

RECOMMENDATION = "企业最需要劳动用工方面的法治服务，建议由区人社局会同区法院，到各街镇（园区）开展劳动用工专题宣讲。"
RECOMMENDATION_OWNER = "hrss"
RECOMMENDATION_DAYS = 90
MEASURE = "每季度在两个街镇（园区）各办一场“以案释法”，并附现场咨询。"

LEFT_REASON = "企业已迁往外区，不再推荐。"
CHAMBER_REASON = "商会推荐的规上企业，问卷中表示愿意成为联系点。"
REJECTED_REASON = "企业正在办理注销，不适合担任联系点。"
AREA_REASON = "规上企业，问卷中表示愿意成为联系点。"
WITHDRAWN_REASON = "企业来函，因业务调整不再担任联系点。"
PROJECT_TITLE = "劳动用工法治服务进园区"
NODES = ("上半年集中宣讲", "本街镇（园区）联系点服务全覆盖")
NODE_MOVED_REASON = "部分企业停产检修，年底前补齐。"
NODE_EVIDENCE = "签到表和现场照片已存档，各企业已在平台确认。"
SERVICE_NOTE = "“以案释法”劳动用工专题宣讲，并现场解答。"
DISPUTE_REASON = "当天我公司没有派人参加。"
RETAKEN_REASON = "经核对签到表，该企业当天确未到场。"
SUCCESSOR_REASON = "由本街镇（园区）另一家规上企业替补。"


@dataclass(frozen=True)
class Asked:
    """An above-scale enterprise of a year."""

    uscc: str
    name: str
    area_code: str
    industry: str = "制造业"


def newcomers(year: int) -> list[Asked]:
    """Evidently fictitious enterprises that no other year has, some in every area, 石化街道 included."""
    found = []
    for number, code in enumerate([code for code in PLACES for _ in range(EACH_AREA)], 1):
        name = f"{PLACES[code]}示例{TRADES[number * 7 % len(TRADES)]}规上{year % 100:02}{number:02}有限公司"
        found.append(Asked(uscc_of(year % 100 * 100 + number + 10_000), name, code))
    return found


def census_file(enterprises: Sequence[Asked]) -> str:
    """The list as its importers get it."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(CENSUS_COLUMNS)
    rows.writerows((one.uscc, one.name, one.area_code, one.industry, "是") for one in enterprises)
    return text.getvalue()


def part_a(turn: int) -> Json:
    """What the enterprise whose turn it is says of itself and its needs."""
    wanted = WANTED[turn]
    answers: dict[str, Any] = {"staff": f"o{turn % 4 + 1}", "counsel": f"o{(turn + 1) % 4 + 1}", "disputes": ["o1", "o2"]}
    answers |= {"agencies": list(wanted)} | {f"needs_{code}": [f"o{turn % 3 + 1}"] for code in wanted}
    answers["forms"] = {"lecture": "o1", "consultation": "o1", "checkup": "o2", "platform": "o2"}
    return answers | {"liaison_point": "o1", "advice": WISH}


def part_b(turn: int) -> Json:
    """What it says as nobody."""
    agency = WANTED[turn][0]
    return {"overall": OVERALL[turn % len(OVERALL)], f"rate_{agency}": 4, "improve": IMPROVE}


# Two of each agency, as the notice asks.
COURSEWARE = ("以案释法：企业最常遇到的三类纠纷", "以案释法：新规之下的合规要点")
COURSEWARE_SUMMARY = "从近年案例出发，讲清企业该做什么、不该做什么；案例已隐去当事人。"
LECTURER, CONSULTANT = "例讲师", "例顾问"
HALL, WORKSHOP = "区政务服务中心二楼报告厅", "本公司一号车间会议室"
GIVEN_UP = "当天有客户审厂。"
EVALUATION = {"content": 5, "usefulness": 5, "delivery": 4, "comment": "案例贴近我们的用工情况。"}


def slide(title: str) -> bytes:
    """A picture to stand for courseware, PNG."""
    picture = io.BytesIO()
    segno.make(title).save(picture, kind="png", scale=4)
    return picture.getvalue()
