"""Examples of shields and of reads of what lies before a court."""

from typing import Any

from services.gateway.examples.demands import ACCEPTED
from services.gateway.examples.things import DEMAND_ID, HANDLER_ID

READ: dict[str, Any] = {
    "id": "019ab0e0-0006-7c1f-8e0a-5c1d2b3a4f77",
    "demand_id": DEMAND_ID,
    "serial": "FH2026-000123",
    "person_id": HANDLER_ID,
    "who": "例中心",
    "unit_code": "centre",
    "unit_name": "区综治中心",
    "kind": "demand",
    "read_at": "2026-11-23T10:05:00+08:00",
}
OPERATIONS: dict[str, dict[str, Any]] = {
    "reveal_identity": {"response": ACCEPTED | {"version": 4}},
    "list_judicial_reads": {"response": {"reads": [READ], "next_page_token": ""}},
}
PARAMETERS: dict[str, Any] = {"of_demand": DEMAND_ID}
