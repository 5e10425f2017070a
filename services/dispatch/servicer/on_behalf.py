"""OnBehalfService: many demands filed at once."""

from typing import Any

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as single
from fahu.dispatch.v1 import on_behalf_service_pb2 as rpc
from fahu.dispatch.v1.on_behalf_service_pb2_grpc import OnBehalfServiceServicer

from kit import faults
from kit.db import Database
from kit.errors import FieldViolation
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from kit.rpc.validation import violations_of
from services.dispatch import protos
from services.dispatch.moves import Course
from services.dispatch.queries import on_behalf as queries
from services.dispatch.service.on_behalf import Filed, file_demands
from services.dispatch.servicer.edge import lines_of, now

MISSING = FieldViolation("enterprise_id", "required", "on whose behalf is compulsory")


class OnBehalfServicer(OnBehalfServiceServicer):
    """See proto/fahu/dispatch/v1/on_behalf_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self.course = course

    async def FileDemands(self, request: rpc.FileDemandsRequest, context: Any) -> rpc.FileDemandsResponse:
        actor, channel = actor_of(context), protos.name_of(pb.Channel, "CHANNEL", request.channel)
        filed = [_filed(one, request.channel) for one in request.demands]
        request_id, digest = request.request_id, fingerprint(request)
        async with self.db.begin() as session:
            filing = await file_demands(session, actor, channel, filed, request_id, digest, self.course, now())
            rows = await queries.demands_of(session, actor, filing)
            demands = await lines_of(session, actor, rows)
        faults.point("submit.after_commit")
        return rpc.FileDemandsResponse(demands=demands)


def _filed(one: rpc.FiledDemand, number: pb.Channel.ValueType) -> Filed:
    """One demand, held to the contract of a single submission."""
    alone = single.SubmitDemandRequest(
        kind=one.kind,
        category_code=one.category_code,
        title=one.title,
        body=one.body,
        channel=number,
        enterprise_id=one.enterprise_id,
        request_id="-",
        subject_unit_code=one.subject_unit_code,
        shielded=one.shielded,
        before_court=one.before_court,
    )
    wrong = [*violations_of(alone), *(() if one.enterprise_id else (MISSING,))]
    if wrong:
        # What cannot be read stays empty: it is told, and nothing of the batch is taken in.
        readable = single.SubmitDemandRequest(kind=pb.DEMAND_KIND_DEMAND, category_code=one.category_code, channel=number)
        bad = {violation.field for violation in wrong}
        readable.enterprise_id = "" if "enterprise_id" in bad else one.enterprise_id
        return Filed(protos.draft_of(readable), tuple(wrong))
    return Filed(protos.draft_of(alone), ())
