"""The application: its routes in the order they are looked for, each with its rule, behind the edge."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from services.gateway import openapi, problems
from services.gateway.auth import Parts, declared_rules
from services.gateway.edge import Edge
from services.gateway.routes import (
    attachments,
    attendance,
    bookings,
    calendar_feeds,
    calendars,
    call_tasks,
    catalogues,
    co_handling,
    cohorts,
    consultation_records,
    consultations,
    corps,
    course_files,
    courseware,
    courseware_files,
    coverage,
    demand_moves,
    demands,
    designations,
    duties,
    enterprises,
    evaluations,
    events,
    exports,
    findings,
    groups,
    guards,
    handling,
    invitations,
    invites,
    joint_cases,
    lecture_requests,
    lectures,
    liaisons,
    look_backs,
    me,
    needs,
    nomination_batches,
    nominations,
    notifications,
    on_behalf,
    people,
    plaque_files,
    plaque_verification,
    plaques,
    platform,
    project_files,
    project_nodes,
    projects,
    rating_links,
    rebindings,
    recommendations,
    reference,
    reply_templates,
    returns,
    routing,
    service_records,
    sign_in,
    similar,
    slot_bookings,
    supervision,
    survey_links,
    surveys,
    terms,
    timeline,
)

# The hot ones first: routes are tried one after the other.
ROUTERS = (
    demands.router,
    demand_moves.router,
    similar.router,
    timeline.router,
    attachments.router,
    notifications.router,
    events.router,
    sign_in.router,
    me.router,
    handling.router,
    returns.router,
    co_handling.router,
    look_backs.router,
    supervision.router,
    routing.router,
    guards.router,
    on_behalf.router,
    joint_cases.router,
    reply_templates.router,
    calendars.router,
    terms.router,
    reference.router,
    enterprises.router,
    call_tasks.router,
    people.router,
    cohorts.router,
    plaques.router,
    plaque_files.router,
    plaque_verification.router,
    survey_links.router,
    surveys.router,
    invitations.router,
    findings.router,
    recommendations.router,
    nominations.router,
    nomination_batches.router,
    designations.router,
    liaisons.router,
    invites.router,
    rebindings.router,
    duties.router,
    exports.router,
    projects.router,
    project_nodes.router,
    project_files.router,
    service_records.router,
    coverage.router,
    bookings.router,
    lectures.router,
    lecture_requests.router,
    consultations.router,
    slot_bookings.router,
    consultation_records.router,
    course_files.router,
    corps.router,
    groups.router,
    courseware.router,
    courseware_files.router,
    needs.router,
    catalogues.router,
    attendance.router,
    evaluations.router,
    rating_links.router,
    calendar_feeds.router,
    platform.router,
)
DESCRIPTION = """法护金企：企业提出涉法需求的一扇门。One door for an enterprise's legal demands.

- 时间为北京时间（RFC 3339，+08:00），日期为 ISO 8601。Moments in Shanghai's time.
- 凡拒绝皆为 RFC 9457 `application/problem+json`，程序依 `reason` 判断。Programs go by `reason`.
- 新建和变更须带 `Idempotency-Key`；变更还须带 `If-Match`。Retries are safe with the same key.
- 文字默认中文，`Accept-Language: en` 为英文。Texts are Chinese by default.
"""


class Gateway(FastAPI):
    """FastAPI with our own description of the API."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = openapi.describe(self)
        return self.openapi_schema


def build(parts: Parts) -> Gateway:
    """Make the application. Raises RuleMissing if a route does not declare who may call it."""
    app = Gateway(
        title="法护金企 API",
        version="1",
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.parts = parts
    for router in ROUTERS:
        # Taken over rather than included: an included router is matched twice for each request.
        app.router.routes.extend(router.routes)
    for route in app.routes:
        if isinstance(route, APIRoute):
            route.operation_id = route.name
    app.add_middleware(Edge)
    problems.register(app)
    declared_rules(app)
    return app
