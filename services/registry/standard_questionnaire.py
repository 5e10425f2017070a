"""The questionnaire that a survey begins with: needs by agency in part A, and what the nine agencies are worth in part B.

Data, to be edited for the year before anybody is asked. Keys stay from year to year, so that years can be compared.
"""

from typing import Any

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
# What an enterprise may need of each agency.
NEEDS = {
    "court": ("合同纠纷诉讼与调解", "执行难与财产保全", "破产与债权清收"),
    "procuratorate": ("企业合规建设", "职务侵占等内部犯罪防范", "知识产权刑事保护"),
    "public_security": ("经济犯罪与诈骗防范", "企业周边治安", "人员出入境与居住证办理"),
    "justice": ("公证与法律援助", "人民调解", "法律顾问与法治体检"),
    "hrss": ("劳动用工与合同管理", "工伤与社会保险", "劳动争议仲裁"),
    "eco_env": ("环评与排污许可", "环保执法标准", "危险废物处置"),
    "emergency": ("安全生产责任与检查", "危险化学品管理", "事故应急预案"),
    "market_reg": ("登记注册与年报", "知识产权保护", "产品质量与广告合规"),
    "fire_rescue": ("消防验收与检查", "消防设施维护", "消防安全培训"),
}


def _options(*texts: str) -> list[dict[str, Any]]:
    return [{"key": f"o{number}", "text": text} for number, text in enumerate(texts, 1)]


def _needs(agency: str) -> dict[str, Any]:
    options = [option | {"agency": agency} for option in _options(*NEEDS[agency])]
    return {
        "key": f"needs_{agency}",
        "kind": "multiple",
        "text": f"希望{AGENCIES[agency]}在哪些方面提供服务？",
        "agency": agency,
        "options": options,
        "show_if": {"question": "agencies", "is": agency},
    }


def _rating(agency: str) -> list[dict[str, Any]]:
    key = f"rate_{agency}"
    return [
        {
            "key": key,
            "kind": "rating",
            "text": f"{AGENCIES[agency]}的执法、司法和服务，您怎么评价？",
            "hint": "没有打过交道的可以不评。",
            "agency": agency,
            "scale": 5,
            "low": "很不满意",
            "high": "非常满意",
        },
        {
            "key": f"why_{agency}",
            "kind": "text",
            "text": f"对{AGENCIES[agency]}，主要哪里不满意？",
            "agency": agency,
            "max_length": 200,
            "show_if": {"question": key, "at_most": 3},
        },
    ]


_ABOUT: list[dict[str, Any]] = [
    {
        "key": "staff",
        "kind": "single",
        "text": "贵企业现有职工多少人？",
        "required": True,
        "options": _options("不满 50 人", "50 至 299 人", "300 至 999 人", "1000 人及以上"),
    },
    {
        "key": "counsel",
        "kind": "single",
        "text": "贵企业由谁负责法律事务？",
        "required": True,
        "options": _options("专门的法务部门", "专职或兼职法务人员", "只聘请外部律师", "没有人负责"),
    },
    {
        "key": "disputes",
        "kind": "multiple",
        "text": "过去一年遇到过哪些涉法问题？",
        "hint": "没有遇到的可以不选。",
        "options": _options(
            "合同与货款", "劳动用工", "知识产权", "行政许可与检查", "环保与安全", "投融资与担保", "数据与个人信息"
        ),
    },
    {
        "key": "agencies",
        "kind": "multiple",
        "text": "最希望得到哪些部门的法治服务？",
        "required": True,
        "min_choices": 1,
        "options": [{"key": code, "text": name, "agency": code} for code, name in AGENCIES.items()],
    },
]
_WISHES: list[dict[str, Any]] = [
    {
        "key": "forms",
        "kind": "matrix",
        "text": "对下列服务方式，您有多需要？",
        "rows": [
            {"key": "lecture", "text": "以案释法宣讲"},
            {"key": "consultation", "text": "现场法治咨询"},
            {"key": "checkup", "text": "法治体检"},
            {"key": "platform", "text": "小程序反映需求"},
        ],
        "options": _options("很需要", "需要", "不太需要"),
    },
    {
        "key": "liaison_point",
        "kind": "single",
        "text": "是否愿意成为法治化营商环境联系点？",
        "required": True,
        "options": _options("愿意", "想再了解一下", "暂不考虑"),
    },
    {"key": "advice", "kind": "text", "text": "对优化法治化营商环境，还有什么需求或建议？", "max_length": 1000},
]

PART_A: dict[str, Any] = {
    "title": "甲部分：贵企业的法治需求",
    "intro": "本部分记名填写，用来安排宣讲、咨询、体检和重点服务项目。",
    "questions": [*_ABOUT, *(_needs(agency) for agency in AGENCIES), *_WISHES],
}
PART_B: dict[str, Any] = {
    "title": "乙部分：对各部门的评价",
    "intro": "本部分不记名：提交后与贵企业和甲部分没有任何关联，谁也无法查出是谁填的。文字中请不要写能认出贵企业的内容。",
    "questions": [
        {
            "key": "overall",
            "kind": "rating",
            "text": "总体上，您对本区法治化营商环境满意吗？",
            "required": True,
            "scale": 5,
            "low": "很不满意",
            "high": "非常满意",
        },
        *(question for agency in AGENCIES for question in _rating(agency)),
        {"key": "improve", "kind": "text", "text": "最应当改进的是什么？", "max_length": 300},
    ],
}
