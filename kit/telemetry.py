"""Logs as JSON lines with the request's id, and the metrics that every process exports under the ecosystem's names."""

import logging
import re
import sys
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

from kit.context import current_call

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
RPC_LABELS = ("grpc_type", "grpc_service", "grpc_method")
RPC_STARTED = Counter("grpc_server_started_total", "RPCs started.", RPC_LABELS)
RPC_HANDLED = Counter("grpc_server_handled_total", "RPCs completed, by status.", (*RPC_LABELS, "grpc_code"))
RPC_SECONDS = Histogram("grpc_server_handling_seconds", "Seconds an RPC took.", RPC_LABELS, buckets=SECONDS)
HTTP_SECONDS = Histogram(
    "http_server_request_seconds", "Seconds a request took.", ("method", "route", "status"), buckets=SECONDS
)
EVENTS_HANDLED = Counter("fahu_events_handled_total", "Events handled, by outcome.", ("consumer", "event", "outcome"))
DEAD_LETTERS = Counter("fahu_dead_letters_total", "Events given up after their last delivery.", ("consumer",))
OUTBOX_PUBLISHED = Counter("fahu_outbox_published_total", "Events published from the outbox.")
OUTBOX_OLDEST = Gauge("fahu_outbox_oldest_seconds", "Age of the oldest event not yet published.")


# PostgreSQL quotes the failing row, or the key that exists already: texts, names.
_ROW = re.compile(r"^DETAIL: .*?(?=\n\[SQL: |\n\nThe above exception|\n\nDuring handling|\Z)", re.MULTILINE | re.DOTALL)


def without_rows(_logger: Any, _name: str, event: Any) -> Any:
    """Take out of a logged exception what the database tells of the values at fault."""
    if "exception" in event:
        event["exception"] = _ROW.sub("DETAIL: withheld", event["exception"])
    return event


def _add_request_id(_logger: Any, _name: str, event: Any) -> Any:
    event.setdefault("request_id", current_call().request_id)
    return event


def configure_logging(service: str, level: str) -> None:
    """Send every log line of the process, libraries included, to standard output as JSON."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        structlog.processors.format_exc_info,
        without_rows,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            lambda _logger, _name, event: {"service": service, **event},
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "alembic", "uvicorn.access", "psycopg.pool"):
        logging.getLogger(noisy).setLevel("WARNING")
