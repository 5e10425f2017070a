"""The agencies of the notice: what an enterprise can tick, in its order, 不确定 last; and who usually works with whom."""

from services.dispatch.rules import UNSURE

# code, name, examples, agency
CATEGORIES: tuple[tuple[str, str, str, str], ...] = (
    ("court", "区法院", "立案、诉讼程序、执行、财产保全、送达等司法程序方面的问题", "court"),
    ("procuratorate", "区检察院", "涉企刑事案件办理、检察监督、企业合规方面的问题", "procuratorate"),
    ("public_security", "公安金山分局", "经济犯罪报案、治安防范、出入境、危险物品管理等问题", "public_security"),
    ("justice", "区司法局", "公证、法律援助、人民调解、行政复议、律师服务等问题", "justice"),
    ("hrss", "区人社局", "劳动合同、裁员补偿、工资支付、社会保险、劳动仲裁等问题", "hrss"),
    ("eco_env", "区生态环境局", "环评审批、排污许可、危险废物处置、环境执法等问题", "eco_env"),
    ("emergency", "区应急管理局", "安全生产许可、隐患整改、危化品管理、应急预案等问题", "emergency"),
    ("market_reg", "区市场监管局", "登记注册、年报、信用修复、知识产权、广告和价格等问题", "market_reg"),
    ("fire_rescue", "区消防救援支队", "消防验收、消防检查、消防设施、火灾隐患整改等问题", "fire_rescue"),
    (UNSURE, "不确定", "不清楚该找哪个部门，由区综治中心研判后转交或答复", ""),
)

# The four consultation groups (notice 三（二）2): agencies whose matters touch. 区委政法委, in the first, is none.
CONSULTATION_GROUPS: tuple[tuple[str, ...], ...] = (
    ("justice",),
    ("court", "procuratorate", "public_security"),
    ("market_reg", "hrss"),
    ("emergency", "eco_env", "fire_rescue"),
)
