"""The matters of the demonstration that take another way than accept, handle, reply, rate."""

from stack.demo.scenes import Answer, Mark, Matter, Scene

# What the centre cannot leave to a rule: filed by an area's officer from a telephone call, dispatched by hand.
UNCLEAR = Scene(
    Matter(
        "unsure",
        "门口路段夜间货车鸣笛，员工与居民起了争执，不知该找哪个部门",
        "厂门口是居民区通道，外来货车夜间排队鸣笛，居民多次与我公司保安争执。车辆不属于我公司，希望有部门出面协调。",
    ),
    "time_bound",
    "将会同交警实地查看后答复。",
    Answer(
        "该路段已列入夜间巡查，交警将增设禁鸣标志并引导货车到指定区域等候；对已发生的争执，派出所将组织双方调解。",
        "《中华人民共和国噪声污染防治法》第四十八条（按规定使用喇叭）、第四十九条（划定禁鸣路段并设置标志）；"
        "《中华人民共和国治安管理处罚法》关于民间纠纷可以调解处理的规定。",
        "请安排一名联系人参加本周的现场协调会，并保留夜间监控录像。",
        "partly",
    ),
    Mark(4, "partly", "有人来看现场了，效果还要看几天。"),
)
UNCLEAR_AGENCY = "public_security"
UNCLEAR_NOTE = "夜间鸣笛与治安纠纷为主，请公安金山分局主办；如需环保检测，可再报中心协调。"

DIRECT = Matter(
    "unsure",
    "联系人员下月离职，怎样更换，之前的需求还看得到吗",
    "我司联系人员下月离职，想了解更换的办法，以及此前提交的需求由谁接着跟进。",
)
DIRECT_ANSWER = Answer(
    "由贵公司向所在镇提出，镇联系人在平台上更换，新联系人员用本人微信登录即可；"
    "原联系人员的登录立即失效，此前的需求和答复全部保留，由新联系人员接着跟进。",
    "《金山区开展组团式联系服务企业优化法治化营商环境的实施意见》三（三）1：各企业安排一名联系人员登录。",
    "把新联系人员的姓名、手机号码和本人同意书交给镇联系人。",
    "solved",
)
DIRECT_MARK = Mark(5, "yes", "中心直接答复，很方便。")

PARKED = Matter(
    "fire_rescue",
    "希望明确园区集中设置电动叉车充电间的消防技术要求",
    "园区几家企业想合建一处电动叉车充电间，但查不到统一的消防技术要求，不敢动工。希望明确标准。",
    "suggestion",
)
PARKED_EXPLANATION = (
    "本市关于集中充电场所的技术细则正在起草，目前尚无统一标准可供审查。"
    "细则出台后我们将主动联系贵公司，在此之前请勿自行改建。"
)
PARKED_TAG = "待市级技术细则出台"

DISSATISFIED = Scene(
    Matter(
        "market_reg",
        "经营范围变更的网上申请被退回两次，说法不一",
        "变更经营范围，第一次因用语不规范被退回，第二次又说缺少章程修正案。希望一次讲清还缺什么。",
    ),
    "immediate",
    "今日核查两次退回的原因。",
    Answer(
        "两次退回的原因分别是经营范围用语不规范和缺少章程修正案，请按要求补正后重新提交。",
        "《中华人民共和国市场主体登记管理条例》第二十四条（变更登记）、第十九条（形式审查，材料不齐全的应当一次性告知）。",
        "补齐章程修正案后重新提交。",
    ),
    Mark(2, "no", "还是没有说清楚用语该怎么写，问题没有解决。"),
)

WITHDRAWN = Matter(
    "emergency",
    "申请延长仓库安全评价报告的提交时间",
    "仓库安全评价报告原定本月提交，评价机构进度滞后，想申请延长。",
)
WITHDRAWAL_REASON = "评价机构已按期出具报告，不需要延长了。"
