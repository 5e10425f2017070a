"""Whom the centre is to telephone because WeChat could not reach them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fahu.notify.v1 import notification_pb2
from fahu.notify.v1 import notify_service_pb2 as pb
from fastapi import APIRouter, Query
from pydantic import Field

from services.gateway.auth import CentreCaller
from services.gateway.openapi import tells
from services.gateway.routes.notifications import LANGUAGES
from services.gateway.schemas import Id, In, NextPageToken, Out, Page, remark
from services.gateway.words import moment, moment_of

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
    cause: str
    created_at: datetime
    done_at: datetime | None
    reached: bool
    note: str

    @classmethod
    def of(cls, task: notification_pb2.CallTask, people: dict[str, str]) -> "CallTaskOut":
        return cls(
            id=task.id,
            person_id=task.person_id,
            who=people.get(task.person_id),
            title=task.title,
            subject_id=task.subject_id,
            serial=task.serial,
            message_count=task.message_count,
            cause=task.cause,
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
    found = [CallTaskOut.of(task, people) for task in answer.call_tasks]
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
    return CallTaskOut.of(task, await caller.clients.person_names([task.person_id]))
