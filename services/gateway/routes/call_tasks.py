"""Whom the centre is to telephone because WeChat could not reach them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.notify.v1 import notification_pb2
from fahu.notify.v1 import notify_service_pb2 as pb
from fastapi import APIRouter, Query
from pydantic import Field

from services.gateway.auth import CentreCaller
from services.gateway.openapi import tells
from services.gateway.routes.notifications import LANGUAGES
from services.gateway.schemas import Id, In, NextPageToken, Out, Page, remark
from services.gateway.texts import Language, Text
from services.gateway.words import moment, moment_of

CauseWord = Literal["no_consent", "not_bound", "refused", "unreachable"]
CAUSES: dict[str, Text] = {
    "no_consent": Text("未订阅微信提醒", "Agreed to no message through WeChat"),
    "not_bound": Text("未用微信登录过", "Never signed in through WeChat"),
    "refused": Text("微信未接受该消息", "WeChat refused the message"),
    "unreachable": Text("微信多次没有响应", "WeChat did not answer, several times"),
}
router = APIRouter(prefix="/api/v1/call-tasks", tags=["call-tasks"])


class TaskQuery(Page):
    """Open ones, or those done."""

    done: Annotated[bool, Field(description="已完成的，新的在前；否则未完成的，旧的在前。Done ones, newest first.")] = False


class CallTaskOut(Out):
    """One person to call."""

    id: Id
    person_id: Id
    who: Annotated[str | None, Field(description="姓名。The person's name as the caller may see it.")]
    title: str
    subject_id: Id
    serial: str
    message_count: int
    cause: Annotated[CauseWord, Field(description="微信为何没有送达。Why WeChat did not deliver.")]
    cause_text: Annotated[str, Field(description="同上，写给人看。The same in words.")]
    created_at: datetime
    done_at: datetime | None
    reached: bool
    note: str

    @classmethod
    def of(cls, task: notification_pb2.CallTask, people: dict[str, str], language: Language) -> "CallTaskOut":
        cause = task.cause.lower()
        return cls(
            id=task.id,
            person_id=task.person_id,
            who=people.get(task.person_id),
            title=task.title,
            subject_id=task.subject_id,
            serial=task.serial,
            message_count=task.message_count,
            cause=cause,
            cause_text=CAUSES[cause].say(language),
            created_at=moment_of(task.created_at),
            done_at=moment(task, "done_at"),
            reached=task.reached,
            note=task.note,
        )


class CallTaskPage(Out):
    """Tasks of one page."""

    call_tasks: list[CallTaskOut]
    next_page_token: NextPageToken


class OutcomeIn(In):
    """How the call went."""

    reached: bool
    note: Annotated[str, remark(500)] = ""


@router.get("", summary="电话联系任务", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_call_tasks(query: Annotated[TaskQuery, Query()], caller: CentreCaller) -> CallTaskPage:
    """Whom to call, oldest first; or the calls made, newest first."""
    request = pb.ListCallTasksRequest(
        done=query.done,
        page_size=query.page_size,
        page_token=query.page_token,
        language=LANGUAGES[caller.heads.language],
    )
    answer = await caller.clients.notify.ListCallTasks(request)
    people = await caller.clients.person_names(task.person_id for task in answer.call_tasks)
    found = [CallTaskOut.of(task, people, caller.heads.language) for task in answer.call_tasks]
    return CallTaskPage(call_tasks=found, next_page_token=answer.next_page_token)


@router.post("/{task_id}/complete", summary="完成电话联系", openapi_extra=tells("CALL_TASK_NOT_FOUND", "CALL_TASK_DONE"))
async def complete_call_task(task_id: UUID, body: OutcomeIn, caller: CentreCaller) -> CallTaskOut:
    """Note the outcome of a call, once."""
    request = pb.CompleteCallTaskRequest(
        call_task_id=str(task_id),
        reached=body.reached,
        note=body.note,
        language=LANGUAGES[caller.heads.language],
    )
    task = (await caller.clients.notify.CompleteCallTask(request)).call_task
    people = await caller.clients.person_names([task.person_id])
    return CallTaskOut.of(task, people, caller.heads.language)
