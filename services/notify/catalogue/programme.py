"""What units are told of the year's list, research and projects, and enterprises of the services recorded for them."""

from services.notify.catalogue.text import Texts, text
from services.notify.rules import Kind

K = Kind

OF_PROGRAMME: Texts = {
    K.PROJECT_NODE_SOON: text(
        "项目节点即将到期",
        "{unit}的年度项目 {serial} 有时间节点应于{due}完成，请按时推进。",
        "A project's node is due soon",
        "Project {serial} of {unit} has a node that is to be done {due}. Please see that it is.",
    ),
    K.PROJECT_NODE_TODAY: text(
        "项目节点今天到期",
        "{unit}的年度项目 {serial} 有时间节点应于{due}完成，今天到期。完成后请及时登记。",
        "A project's node is due today",
        "Project {serial} of {unit} has a node that is to be done {due}, that is today. Please note it once it is.",
    ),
    K.PROJECT_NODE_LATE: text(
        "项目节点已逾期",
        "{unit}的年度项目 {serial} 有时间节点应于{due}完成，现已逾期，请尽快完成并登记。",
        "A project's node is late",
        "Project {serial} of {unit} has a node that was to be done {due} and is late. Please see to it and note it.",
    ),
    K.SERVICE_TO_CONFIRM: text(
        "请确认一次服务",
        "{unit}登记了一次对贵企业的服务（{serial}）。请您于{due}确认；情况不符的，请提出异议。逾期未答复的，视为确认。",
        "Please confirm a service",
        "{unit} recorded a service to your enterprise ({serial}). Please confirm it {due}, or dispute it if it was not so. "
        "No answer by then counts as a yes.",
    ),
    K.SERVICE_DISPUTED: text(
        "企业对服务记录有异议",
        "企业对{unit}登记的服务（{serial}）提出异议，该次服务不计入覆盖。请查看理由，核实后补做或更正。",
        "A service is disputed",
        "The enterprise disputes the service {serial} that {unit} recorded, which does not count. Please read why "
        "and put it right.",
    ),
    K.NOMINATION_REJECTED: text(
        "一条推荐未通过审核",
        "{unit}推荐的年度联系点企业（{serial}）中有一家未通过审核，原因已写在该条推荐中，请查看。名单公布前可另行推荐。",
        "A nomination was rejected",
        "One of the enterprises that {unit} nominated ({serial}) was rejected. The reason is with the nomination. "
        "Another may be nominated until the list is published.",
    ),
    K.RECOMMENDATION_ADDRESSED: text(
        "有一条调研对策建议",
        "年度调研（{serial}）提出的一条对策建议由{unit}负责，应于{due}落实。请查看。",
        "A recommendation of the research",
        "A recommendation of the year's research ({serial}) is {unit}'s to see to {due}. Please read it.",
    ),
}
