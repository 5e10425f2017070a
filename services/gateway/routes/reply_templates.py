"""答复模板: texts to begin an answer with, by category and state (notice 三（三）2: 答复)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import reply_template_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import STATES, json_answer
from services.gateway.schemas import AnyCode, Code, Id, In, NextPageToken, Out, Page, remark, written
from services.gateway.words import moment, moment_of

router = APIRouter(prefix="/api/v1/reply-templates", tags=["reply-templates"])
Writer = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD, *CENTRE))]
AnswerState = Literal["triage", "handling", "parked"]
TEMPLATE = "/{reply_template_id}"


class ReplyTemplateIn(In):
    """适用的类别和状态，以及答复的各部分。"""

    title: Annotated[str, written(60)]
    category_code: Annotated[Code | None, Field(description="适用的类别；空为所有类别。Null for all.")] = None
    state: Annotated[AnswerState, Field(description="适用于处在这种状态的需求。For demands in this state.")]
    conclusion: Annotated[str, written(5000)]
    legal_basis: Annotated[str, remark(2000)] = ""
    next_steps: Annotated[str, remark(2000)] = ""


class TemplateQuery(Page):
    """What narrows the list."""

    category: Annotated[AnyCode, Field(description="需求的类别，含适用所有类别的模板。Those for all included.")] = ""
    for_state: Annotated[AnswerState | None, Field(description="需求的状态。State of the demand to answer.")] = None
    retired: Annotated[bool, Field(description="只看已停用的；否则只看在用的。Retired ones, else those in use.")] = False


class ReplyTemplateOut(Out):
    """一个答复模板。"""

    id: Id
    unit_code: Annotated[str, Field(description="所属单位；centre 的供所有部门使用。Those of the centre are for all.")]
    title: str
    category_code: str | None
    state: AnswerState
    conclusion: str
    legal_basis: str
    next_steps: str
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]
    changed_by: Id
    changed_at: datetime
    retired_at: datetime | None


class ReplyTemplates(Out):
    """One page, newest first."""

    reply_templates: list[ReplyTemplateOut]
    next_page_token: NextPageToken


@router.get("", summary="答复模板列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_reply_templates(query: Annotated[TemplateQuery, Query()], caller: Writer) -> ReplyTemplates:
    """The templates of the caller's unit and of the centre, newest first; for the centre all."""
    request = pb.ListReplyTemplatesRequest(
        category_code=query.category,
        state=STATES.number(query.for_state),
        retired=query.retired,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.reply_templates.ListReplyTemplates(request)
    found = [_template(one) for one in answer.reply_templates]
    return ReplyTemplates(reply_templates=found, next_page_token=answer.next_page_token)


@router.get(
    TEMPLATE,
    response_model=ReplyTemplateOut,
    summary="一个答复模板",
    openapi_extra=tells("REPLY_TEMPLATE_NOT_FOUND", etag=True),
)
async def get_reply_template(reply_template_id: UUID, caller: Writer) -> Response:
    """One template, in use or retired."""
    request = pb.GetReplyTemplateRequest(reply_template_id=str(reply_template_id))
    found = (await caller.clients.reply_templates.GetReplyTemplate(request)).reply_template
    etag = etag_of(found.version)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else _answer(found)


@router.post(
    "",
    status_code=201,
    response_model=ReplyTemplateOut,
    summary="新建答复模板",
    openapi_extra=tells("CATEGORY_UNKNOWN", idempotent=True, etag=True),
)
async def create_reply_template(body: ReplyTemplateIn, caller: Writer) -> Response:
    """Write a template for the caller's unit; one of the centre's is offered to everybody who answers."""
    request = pb.CreateReplyTemplateRequest(content=_content(body), request_id=caller.heads.idempotency_key())
    return _answer((await caller.clients.reply_templates.CreateReplyTemplate(request)).reply_template, 201)


@router.put(
    TEMPLATE,
    response_model=ReplyTemplateOut,
    summary="修改答复模板",
    openapi_extra=tells("REPLY_TEMPLATE_NOT_FOUND", "CATEGORY_UNKNOWN", idempotent=True, versioned=True, etag=True),
)
async def update_reply_template(reply_template_id: UUID, body: ReplyTemplateIn, caller: Writer) -> Response:
    """Write a template of the caller's unit anew. Answers given with it stay as they are."""
    request = pb.UpdateReplyTemplateRequest(on=_on(reply_template_id, caller), content=_content(body))
    return _answer((await caller.clients.reply_templates.UpdateReplyTemplate(request)).reply_template)


@router.post(
    f"{TEMPLATE}/retire",
    response_model=ReplyTemplateOut,
    summary="停用答复模板",
    openapi_extra=tells("REPLY_TEMPLATE_NOT_FOUND", idempotent=True, versioned=True, etag=True),
)
async def retire_reply_template(reply_template_id: UUID, caller: Writer) -> Response:
    """Offer a template of the caller's unit no more. It stays to be read."""
    request = pb.RetireReplyTemplateRequest(on=_on(reply_template_id, caller))
    return _answer((await caller.clients.reply_templates.RetireReplyTemplate(request)).reply_template)


def _on(reply_template_id: UUID, caller: Caller) -> pb.ReplyTemplatePrecondition:
    """Which template, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.ReplyTemplatePrecondition(reply_template_id=str(reply_template_id), expected_version=version, request_id=key)


def _content(body: ReplyTemplateIn) -> pb.ReplyTemplateContent:
    return pb.ReplyTemplateContent(
        title=body.title,
        category_code=body.category_code or "",
        state=STATES.number(body.state),
        conclusion=body.conclusion,
        legal_basis=body.legal_basis,
        next_steps=body.next_steps,
    )


def _answer(one: pb.ReplyTemplate, status: int = 200) -> Response:
    headers = {"etag": etag_of(one.version), "cache-control": "private, no-cache"}
    headers |= {"location": f"/api/v1/reply-templates/{one.id}"} if status == 201 else {}
    return json_answer(_template(one), status, headers)


def _template(one: pb.ReplyTemplate) -> ReplyTemplateOut:
    content = one.content
    return ReplyTemplateOut(
        id=one.id,
        unit_code=one.unit_code,
        title=content.title,
        category_code=content.category_code or None,
        state=STATES.of(content.state),
        conclusion=content.conclusion,
        legal_basis=content.legal_basis,
        next_steps=content.next_steps,
        version=one.version,
        changed_by=one.changed_by,
        changed_at=moment_of(one.changed_at),
        retired_at=moment(one, "retired_at"),
    )
