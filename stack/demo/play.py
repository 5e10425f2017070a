"""The play itself: nine agencies, and every way a demand can take in this platform."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from kit.calendar import BEIJING
from stack.demo import guard_scenes as guarded
from stack.demo import side_scenes as side
from stack.demo.cast import Cast
from stack.demo.client import Person
from stack.demo.scenes import AGENCY_SCENES, OPENING, Scene
from stack.demo.tale import Astray, Tale, is_refused

REVIEW_DAYS = 60
# Whose contact lets WeChat bring nothing: the centre has to call.
WITHOUT_CONSENT = "justice"


class Play:
    """Plays scene after scene; `tales` are the demands sent, `unreachable` the contact without consent."""

    def __init__(self, cast: Cast, tell: Callable[[str], None]) -> None:
        self.cast = cast
        self.tales: list[Tale] = []
        self.unreachable: Person
        self._tell = tell

    async def perform(self) -> None:
        for scene in AGENCY_SCENES:
            await self._agency_scene(scene)
        await self._unclear()
        await self._direct_reply()
        await self._parked()
        await self._dissatisfied()
        await self._withdrawn()
        await self._about_an_agency()
        await self._before_a_court()
        await self._of_last_year()

    async def _agency_scene(self, scene: Scene) -> None:
        unit = scene.matter.category
        tale = await self._begin(scene.matter.title, consent=unit != WITHOUT_CONSENT)
        if unit == WITHOUT_CONSENT:
            self.unreachable = tale.liaison
            self._tell(f"    （{tale.liaison.name}的联系人没有同意接收微信消息）")
        await self._agrees(unit)
        await tale.send(scene.matter)
        await self._handle(tale, scene, unit)
        if scene is OPENING:
            for label, text in zip(("结论", "依据", "下一步"), _words_of(scene), strict=True):
                self._tell(f"      {label}：{text}")
        await tale.rate(scene.mark)

    async def _unclear(self) -> None:
        tale = await self._begin("不知道找谁：街镇代为电话登记，区综治中心研判后人工派单")
        unit = side.UNCLEAR_AGENCY
        await self._agrees(unit)
        await tale.send(side.UNCLEAR.matter, by=await self.cast.officer_for(tale.liaison))
        await tale.dispatch(await self.cast.centre_operator(), unit, side.UNCLEAR_NOTE)
        await self._handle(tale, side.UNCLEAR, unit)
        await tale.rate(side.UNCLEAR.mark)

    async def _direct_reply(self) -> None:
        tale = await self._begin("区综治中心直接答复")
        await tale.send(side.DIRECT)
        await tale.reply(await self.cast.centre_operator(), side.DIRECT_ANSWER, kind="direct")
        await tale.rate(side.DIRECT_MARK)

    async def _parked(self) -> None:
        tale = await self._begin("条件尚不成熟：留作参考，并作出解释")
        unit = side.PARKED.category
        await self._agrees(unit)
        await tale.send(side.PARKED)
        await tale.accept(await self.cast.agency_contact(unit))
        # Reading of the acceptance, the contact agrees to the next message: one consent carries one.
        await self.cast.agree(tale.liaison)
        review = (datetime.now(BEIJING) + timedelta(days=REVIEW_DAYS)).date().isoformat()
        await tale.park(await self.cast.agency_handler(unit), side.PARKED_EXPLANATION, side.PARKED_TAG, review)

    async def _dissatisfied(self) -> None:
        tale = await self._begin("企业不满意：不办结，待区综治中心回头看")
        unit = side.DISSATISFIED.matter.category
        await self._agrees(unit)
        await tale.send(side.DISSATISFIED.matter)
        await self._handle(tale, side.DISSATISFIED, unit)
        await tale.rate(side.DISSATISFIED.mark)

    async def _withdrawn(self) -> None:
        tale = await self._begin("企业自行撤回")
        await self._agrees(side.WITHDRAWN.category)
        await tale.send(side.WITHDRAWN)
        await tale.withdraw(side.WITHDRAWAL_REASON)

    async def _about_an_agency(self) -> None:
        tale = await self._begin("涉及部门自身的执法：该部门回避，企业隐去身份，由区综治中心派给其他部门")
        subject, operator = guarded.ABOUT_AGENCY.category, await self.cast.centre_operator()
        await self._agrees(guarded.OVERSEER)
        await tale.send(guarded.ABOUT_AGENCY, guards={"subject_unit_code": subject, "shielded": True})
        await self._is_refused("SUBJECT_AGENCY", tale.dispatch(operator, subject, ""))
        await tale.dispatch(operator, guarded.OVERSEER, guarded.OVERSEER_NOTE)
        seen = await (await self.cast.agency_handler(guarded.OVERSEER)).get(f"/demands/{tale.demand['id']}")
        if seen["enterprise_name"] != guarded.SHIELDED:
            raise Astray(f"{tale.serial} 的企业名称对部门没有隐去")
        self._tell(f"    （承办部门看到的企业名称：{seen['enterprise_name']}）")
        await tale.reveal()

    async def _before_a_court(self) -> None:
        tale = await self._begin("正在法院审理的案件：不派单，区综治中心告知法定渠道，查看者留痕")
        await tale.send(guarded.BEFORE_COURT, guards={"before_court": True})
        operator = await self.cast.centre_operator()
        await self._is_refused("JUDICIAL_MATTER", tale.dispatch(operator, "hrss", "请了解"))
        await tale.reply(operator, guarded.CHANNEL, kind="guidance")
        await tale.rate(guarded.CHANNEL_MARK)
        supervisor = await self.cast.supervisor()
        for read in (await supervisor.get(f"/judicial-reads?of_demand={tale.demand['id']}"))["reads"]:
            self._tell(f"    （查看记录：{read['read_at'][:16]} {read['unit_name']} {read['who']}）")

    async def _is_refused(self, reason: str, attempt: Awaitable[None]) -> None:
        self._tell(f"    被拒：{(await is_refused(reason, attempt)).title}")

    async def _of_last_year(self) -> None:
        """An enterprise that is no liaison point this year reads what it sent and sends nothing new (REG-8)."""
        self._tell("\n    仅上年为联系点的企业：可查看以往，不能再提交")
        former = await self.cast.last_year_liaison()
        await former.get("/demands")
        await self._is_refused("ENTERPRISE_NOT_DESIGNATED", Tale(self.cast, former, self._tell).send(OPENING.matter))

    async def _begin(self, headline: str, *, consent: bool = True) -> Tale:
        """A new demand, of the next enterprise in turn."""
        liaison = await self.cast.liaison(len(self.tales))
        if consent:
            await self.cast.agree(liaison)
        tale = Tale(self.cast, liaison, self._tell)
        self.tales.append(tale)
        self._tell(f"\n{len(self.tales):>2}. {headline}")
        return tale

    async def _agrees(self, unit: str) -> None:
        """The agency's contact agrees to one more WeChat message, as people do after each one they got."""
        await self.cast.agree(await self.cast.agency_contact(unit))

    async def _handle(self, tale: Tale, scene: Scene, unit: str) -> None:
        """Accepted by the agency's contact, decided and answered by its handler."""
        await tale.accept(await self.cast.agency_contact(unit))
        handler = await self.cast.agency_handler(unit)
        await tale.handle(handler, scene.disposition, scene.explanation)
        await tale.reply(handler, scene.answer)


def _words_of(scene: Scene) -> tuple[str, str, str]:
    return scene.answer.conclusion, scene.answer.legal_basis, scene.answer.next_steps
