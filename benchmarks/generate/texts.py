"""What enterprises write: titles and texts of each category, of phrases and a vocabulary in which few words are frequent."""

import itertools
import random
from collections.abc import Iterator

TOPICS: dict[str, tuple[str, ...]] = {
    "court": ("财产保全申请", "执行款发放进度", "诉讼文书送达", "网上立案材料", "买卖合同纠纷管辖", "鉴定费用预交"),
    "procuratorate": ("企业合规整改", "涉案财物返还", "检察建议落实", "刑事案件追赃", "职务侵占报案监督", "不起诉后处理"),
    "public_security": (
        "危险物品运输备案",
        "出入境签注办理",
        "合同诈骗报案",
        "厂区治安防范",
        "剧毒化学品购买凭证",
        "公章遗失登记",
    ),
    "justice": ("涉外公证办理", "人民调解申请", "行政复议期限", "法律援助条件", "公司律师备案", "合同审查咨询"),
    "hrss": ("裁员经济补偿", "劳动合同续签", "加班工资计算", "工伤认定材料", "社会保险补缴", "竞业限制协议"),
    "eco_env": (
        "排污许可证变更",
        "危险废物转移联单",
        "环评审批时限",
        "废气在线监测",
        "噪声扰民投诉处理",
        "突发环境事件预案",
    ),
    "emergency": (
        "安全生产许可证延期",
        "重大隐患整改验收",
        "危险化学品仓库",
        "应急预案备案",
        "有限空间作业规定",
        "安全培训证书",
    ),
    "market_reg": ("经营范围变更", "信用修复申请", "商标侵权投诉", "广告用语审查", "年报异常名录移出", "特种设备检验"),
    "fire_rescue": ("消防验收整改", "消防设施维保", "疏散通道占用", "自动报警系统改造", "火灾隐患复查", "装修工程消防备案"),
    "unsure": ("园区道路限行", "政策补贴申报", "厂房租赁争议", "供电增容协调", "跨部门证照衔接", "规划调整影响"),
}
OPENINGS = (
    "我公司近期在{topic}方面遇到问题。", "因业务调整，我司需要办理{topic}。", "关于{topic}，我们咨询了多个窗口，说法不一。",
    "我单位正在准备{topic}的材料。", "去年以来，{topic}一直没有结果。", "受订单变化影响，企业对{topic}有疑问。",
)  # fmt: skip
MIDDLES = (
    "涉及的{one}和{two}由供应商提供，", "现场使用的{one}与{two}不一致，", "主要问题是{one}的手续和{two}的证明，",
    "合同中约定了{one}，但没有写明{two}，", "我们已提交{one}，尚缺{two}，", "检查时指出{one}不符合要求，{two}也需要更换，",
)  # fmt: skip
QUESTIONS = (
    "想了解办理{three}需要哪些材料和多少时间。", "请问{three}应当如何处理，有无法律依据？",
    "希望有关部门明确{three}的标准。", "能否就{three}给予书面答复？",
    "请指导我们完成{three}，并告知联系窗口。", "不知{three}是否可以延期。",
)  # fmt: skip
TITLES = (
    "{topic}怎么办理",
    "关于{topic}和{one}的咨询",
    "{topic}中{one}的认定",
    "请协调{topic}",
    "{one}项目的{topic}问题",
)
THINGS = """
设备 材料 图纸 车间 仓库 原料 产品 废水 废气 污泥 锅炉 叉车 电梯 管道 阀门 储罐 反应釜 生产线 实验室 配电房
合同 发票 协议 证书 报告 台账 公章 授权书 承诺书 保证金 租金 违约金 货款 工资 社保 公积金 奖金 补贴 税款 罚款
员工 班组 外包 派遣 实习生 股东 法人 监事 供应商 客户 承包商 物业 房东 银行 保险 担保 抵押 债权 仲裁 诉讼
塑料 橡胶 涂料 油漆 溶剂 酸碱 乙醇 甲醛 氨气 氯气 粉尘 噪声 辐射 包装 模具 轴承 电机 线缆 芯片 传感器 服装 面料
食品 饮料 冷库 饲料 种子 农药 化肥 大棚 水产 屠宰 药品 疫苗 器械 试剂 耗材 软件 平台 数据 网站 直播 广告 商标 专利
""".split()  # noqa: SIM905 - a list of a hundred lines reads worse
SYLLABLES = ("ka", "lo", "mi", "ren", "sto", "ve", "tan", "qui", "bor", "zel", "phi", "nor", "dax", "ul", "gra", "tek")
BRANDS = 6000
BLOCK = 4096  # how many words are drawn at once


class Writer:
    """Writes demands; the same seed writes the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        # By Zipf's law: the n-th word is used a n-th as often as the first.
        self._vocabulary = [word for pair in _pairs(THINGS, brands()) for word in pair if word]
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, len(self._vocabulary) + 1)))
        self._words = self._draw()

    def write(self, category: str) -> tuple[str, str]:
        """A title and a text."""
        choice = self._random.choice
        topic, one, two, three = choice(TOPICS[category]), next(self._words), next(self._words), next(self._words)
        body = choice(OPENINGS).format(topic=topic) + choice(MIDDLES).format(one=one, two=two)
        body += choice(QUESTIONS).format(three=three) + choice(MIDDLES).format(one=next(self._words), two=next(self._words))
        return choice(TITLES).format(topic=topic, one=one), body + choice(QUESTIONS).format(three=next(self._words))

    def _draw(self) -> Iterator[str]:
        while True:
            yield from self._random.choices(self._vocabulary, cum_weights=self._weights, k=BLOCK)


def brands() -> list[str]:
    """Names of things that only few enterprises use."""
    every = ("".join(parts).capitalize() for parts in itertools.product(SYLLABLES, repeat=4))
    return list(itertools.islice(every, 0, BRANDS * 10, 10))


def _pairs(things: list[str], names: list[str]) -> Iterator[tuple[str, str]]:
    return itertools.zip_longest(things, names, fillvalue="")
