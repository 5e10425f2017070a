"""After the play: what people have in their hands. The inbox, the phone, the centre's call list, and one timeline."""

from collections.abc import Callable

from stack.demo.audit import open_calls
from stack.demo.client import Person
from stack.demo.play import Play
from stack.demo.tale import Astray, Tale

CALL_REASON = "演示：微信未授权，电话告知答复"


async def show_what_arrived(play: Play, tell: Callable[[str], None]) -> None:
    """Of the opening story's contact, and of the one whom WeChat could not reach. The centre makes that call."""
    opening = play.tales[0]
    await _show_inbox(opening, tell)
    await _show_phone(play, opening, tell)
    await _make_call(play, tell)
    await _show_timeline(opening, tell)


async def _show_inbox(tale: Tale, tell: Callable[[str], None]) -> None:
    tell(f"\n消息中心（{tale.liaison.name}）")
    page = await tale.liaison.get("/notifications", page_size=20)
    for message in reversed([one for one in page["notifications"] if one["serial"] == tale.serial]):
        tell(f"    {message['happened_at'][11:19]}  {message['title']}：{message['body']}")


async def _show_phone(play: Play, tale: Tale, tell: Callable[[str], None]) -> None:
    tell(f"\n微信服务通知（{tale.liaison.name}，沙箱）")
    for message in await play.cast.platform.received(tale.liaison):
        values = [item["value"] for item in message["data"].values()]
        if tale.serial in values:
            tell(f"    {'  '.join(values)}")


async def _make_call(play: Play, tell: Callable[[str], None]) -> None:
    """The centre calls whom WeChat could not reach; the message then counts as having reached them."""
    centre: Person = await play.cast.centre_operator()
    tell("\n区综治中心的电话联系任务")
    for task in await open_calls(play.unreachable, play.cast):
        revealed = await centre.post(f"/people/{task['person_id']}/reveal-phone", {"reason": CALL_REASON})
        tell(f"    {task['serial']}  {task['title']}：致电 {revealed['name']} {revealed['phone']}（{task['cause_text']}）")
        done = await centre.post(f"/call-tasks/{task['id']}/complete", {"reached": True, "note": "已告知，请其登录查看"})
        if not done["reached"]:
            raise Astray(f"电话联系任务 {task['id']} 未能办结")
        tell("    已接通，任务办结")


async def _show_timeline(tale: Tale, tell: Callable[[str], None]) -> None:
    """What the enterprise sees of its demand."""
    tell(f"\n办理过程（企业所见）：{tale.serial}「{tale.demand['title']}」")
    for line in (await tale.liaison.get(f"/demands/{tale.demand['id']}/timeline"))["events"]:
        tell(f"    {line['sequence']}  {line['at'][11:19]}  {line['sentence']}")
