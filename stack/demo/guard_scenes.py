"""The matters of the demonstration that are guarded: one about an agency itself, one that lies before a court."""

from stack.demo.scenes import Answer, Mark, Matter

ABOUT_AGENCY = Matter(
    "market_reg",
    "对一次现场检查中的执法方式有意见，希望由其他部门了解情况",
    "检查人员未出示证件，也没有留下检查记录。我们愿意配合检查，但希望由其他部门了解情况，暂不公开我公司名称。",
)
OVERSEER = "justice"
OVERSEER_NOTE = "涉及执法方式，请从行政执法监督的角度了解情况。"
SHIELDED = "某联系点企业"

BEFORE_COURT = Matter(
    "court",
    "货款纠纷案件一直没有开庭，想知道进展",
    "案号（2026）沪0116民初1234号，立案已三个月，希望了解何时开庭。",
)
CHANNEL = Answer(
    "该案正在审理中，办理进度须由受理法院告知，平台不对案件的办理提出要求。",
    "《领导干部干预司法活动、插手具体案件处理的记录、通报和责任追究规定》。",
    "请拨打12368诉讼服务热线，或登录上海法院诉讼服务网查询；也可直接联系承办法官。",
)
CHANNEL_MARK = Mark(4, "partly", "知道该问谁了。")
