"""The rest of the lifecycle: who holds the ball, more clocks, requests, look-backs, orders, joint cases, routing that learns."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATES = (
    "'SUBMITTED', 'TRIAGE', 'DISPATCHED', 'RETURN_REVIEW', 'ACCEPTED', 'HANDLING', 'AWAITING_ENTERPRISE', 'PARKED', "
    "'REPLIED', 'CLOSED', 'WITHDRAWN'"
)
CLOCKS = (
    "'TOTAL', 'TRIAGE', 'ACCEPT', 'CONTACT', 'CLASSIFY', 'HANDLE', 'PARK_REVIEW', 'RATING', 'LOOK_BACK', 'APPROVAL', "
    "'INFO', 'OPINION', 'ORDER'"
)
PARTIES = "'LIAISON', 'AGENCY', 'AGENCY_LEAD', 'CO_HANDLER', 'FORMER_AGENCY', 'CENTRE', 'SUPERVISOR', 'PLATFORM'"
CHECKS = {
    "demand": {
        "state_known": f"state IN ({STATES})",
        "triage_reason_known": "triage_reason IN ('UNSURE', 'NO_SINGLE_LEAD', 'NO_CONTACT', 'CONFLICT', 'JUDICIAL', 'RETURNED', 'REOPENED')",
        "has_lead": "state NOT IN ('DISPATCHED', 'RETURN_REVIEW', 'ACCEPTED', 'HANDLING', 'PARKED') OR lead_unit_code <> ''",
        "one_holder": "(state IN ('CLOSED', 'WITHDRAWN')) = (holder IS NULL)",
        "held_since": "(holder IS NULL) = (held_since IS NULL)",
        "knows_the_way_back": "(state = 'AWAITING_ENTERPRISE') = (resume_state IS NOT NULL)",
        "not_by_its_subject": "subject_unit_code = '' OR lead_unit_code <> subject_unit_code",
        "quotas": "extensions BETWEEN 0 AND 2 AND info_requests BETWEEN 0 AND 2",
    },
    "demand_clock": {
        "kind_known": f"kind IN ({CLOCKS})",
        "holder_known": f"holder IN ({PARTIES})",
        "due_unless_total": "(kind = 'TOTAL') = (due_at IS NULL)",
        "silent_unless_running": "(stopped_at IS NULL AND paused_at IS NULL) OR next_look IS NULL",
    },
    "demand_reply": {
        "kind_known": "kind IN ('ANSWER', 'DIRECT', 'GUIDANCE', 'INFEASIBLE')",
        "answer_has_law": "kind NOT IN ('ANSWER', 'INFEASIBLE') OR btrim(legal_basis) <> ''",
    },
    "demand_rating": {"excluded_has_ruling": "NOT excluded OR btrim(ruling) <> ''"},
}
REPLACED = {
    "demand": ("state_known", "triage_reason_known", "has_lead"),
    "demand_clock": ("kind_known", "due_after_start", "stopped_is_silent"),
    "demand_reply": ("kind_known", "answer_has_law"),
}
# What stood before: the holder follows from the state, and has held it since the last move. The lines tell of neither.
BACKFILL = (
    """
UPDATE demand SET held_since = updated_at, holder_unit = CASE WHEN state IN ('DISPATCHED', 'ACCEPTED', 'HANDLING', 'PARKED')
    THEN lead_unit_code ELSE '' END,
  holder = CASE state WHEN 'SUBMITTED' THEN 'PLATFORM' WHEN 'TRIAGE' THEN 'CENTRE' WHEN 'REPLIED' THEN 'LIAISON' ELSE 'AGENCY' END
WHERE state NOT IN ('CLOSED', 'WITHDRAWN')
""",
    """
UPDATE demand_clock c SET counted_from = c.started_at, first_due_at = c.due_at, term_day = (c.due_at AT TIME ZONE '+08')::date,
  unit_code = CASE c.holder WHEN 'AGENCY' THEN d.lead_unit_code ELSE '' END
FROM demand d WHERE d.id = c.demand_id
""",
    """
INSERT INTO demand_clock (id, demand_id, kind, round, holder, started_at, provisional, fired, counted_from, stopped_at)
SELECT gen_random_uuid(), d.id, 'TOTAL', d.round, 'PLATFORM', d.submitted_at, false, 0, d.submitted_at,
  CASE WHEN d.state IN ('REPLIED', 'CLOSED', 'WITHDRAWN') THEN COALESCE(
    (SELECT min(r.replied_at) FROM demand_reply r WHERE r.demand_id = d.id), d.closed_at, d.updated_at) END
FROM demand d
""",
)


def upgrade() -> None:
    for table, names in REPLACED.items():
        for name in names:
            op.drop_constraint(f"ck_{table}_{name}", table)
    _columns()
    for statement in BACKFILL:
        op.execute(statement)
    for table, checks in CHECKS.items():
        for name, condition in checks.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    _tables()


def _columns() -> None:
    op.add_column("demand", sa.Column("resume_state", sa.Text(), nullable=True))
    op.add_column("demand", sa.Column("holder", sa.Text(), nullable=True))
    op.add_column("demand", sa.Column("holder_unit", sa.Text(), server_default="", nullable=False))
    op.add_column("demand", sa.Column("held_since", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("demand", sa.Column("designated", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column(
        "demand", sa.Column("condition_tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("demand", sa.Column("revived", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("demand", sa.Column("extensions", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("demand", sa.Column("info_requests", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("demand", sa.Column("park_reviews", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("demand", sa.Column("shielded", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("demand", sa.Column("joint_case_id", sa.UUID(), nullable=True))
    op.add_column("demand", sa.Column("kpi_excluded", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("demand", sa.Column("subject_unit_code", sa.Text(), server_default="", nullable=False))
    op.add_column("demand", sa.Column("judicial", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("demand", sa.Column("linked_demand_id", sa.UUID(), nullable=True))
    op.create_index(
        "ix_demand_condition_tags",
        "demand",
        ["condition_tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("state = 'PARKED' AND NOT revived"),
    )
    op.create_index(
        "ix_demand_joint_case_id",
        "demand",
        ["joint_case_id"],
        unique=False,
        postgresql_where=sa.text("joint_case_id IS NOT NULL"),
    )
    op.create_foreign_key(op.f("fk_demand_linked_demand_id_demand"), "demand", "demand", ["linked_demand_id"], ["id"])
    op.add_column("demand_clock", sa.Column("ref", sa.Text(), server_default="", nullable=False))
    op.add_column("demand_clock", sa.Column("unit_code", sa.Text(), server_default="", nullable=False))
    op.add_column("demand_clock", sa.Column("counted_from", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("demand_clock", sa.Column("term_days", sa.BigInteger(), nullable=True))
    op.add_column("demand_clock", sa.Column("term_day", sa.Date(), nullable=True))
    op.add_column("demand_clock", sa.Column("first_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("demand_clock", sa.Column("paused_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.alter_column("demand_clock", "due_at", existing_type=postgresql.TIMESTAMP(timezone=True), nullable=True)
    op.drop_index(op.f("uq_demand_clock_running"), table_name="demand_clock", postgresql_where="(stopped_at IS NULL)")
    op.create_index(
        "uq_demand_clock_running",
        "demand_clock",
        ["demand_id", "kind", "ref"],
        unique=True,
        postgresql_where=sa.text("stopped_at IS NULL"),
    )
    op.create_index(
        "ix_demand_clock_provisional",
        "demand_clock",
        ["id"],
        unique=False,
        postgresql_where=sa.text("provisional AND stopped_at IS NULL"),
    )
    op.add_column("demand_rating", sa.Column("excluded", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("demand_rating", sa.Column("ruling", sa.Text(), server_default="", nullable=False))
    op.add_column("demand_reply", sa.Column("signed_by", sa.UUID(), nullable=True))
    op.add_column("routing_rule", sa.Column("changed_by", sa.UUID(), nullable=True))
    op.add_column("routing_rule", sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column(
        "unit", sa.Column("leader_ids", postgresql.ARRAY(sa.UUID()), server_default=sa.text("'{}'"), nullable=False)
    )


def _tables() -> None:
    op.create_table(
        "condition_tag",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("met_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("met_by", sa.UUID(), nullable=True),
        sa.Column("met_unit", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("(met_at IS NULL) = (met_by IS NULL)", name=op.f("ck_condition_tag_met_by_somebody")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_condition_tag")),
    )
    op.create_table(
        "joint_case",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_case")),
    )
    op.create_index("uq_joint_case_request", "joint_case", ["created_by", "request_id"], unique=True)
    op.create_table(
        "look_back_sample",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("share", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("drawn_by", sa.UUID(), nullable=False),
        sa.Column("drawn_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("share BETWEEN 0 AND 1", name=op.f("ck_look_back_sample_share")),
        sa.CheckConstraint("until > since", name=op.f("ck_look_back_sample_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_back_sample")),
    )
    op.create_index("uq_look_back_sample_request", "look_back_sample", ["drawn_by", "request_id"], unique=True)
    op.create_table(
        "demand_approval",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("proposed_unit_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.UUID(), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("signed_by", sa.UUID(), nullable=True),
        sa.Column("signed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_unit", sa.Text(), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'RETURN') = (return_reason IS NOT NULL)", name=op.f("ck_demand_approval_return_has_reason")
        ),
        sa.CheckConstraint("(state = 'PENDING') = (decided_at IS NULL)", name=op.f("ck_demand_approval_decided_has_time")),
        sa.CheckConstraint(
            "(state IN ('APPROVED', 'DENIED')) = (decided_by IS NOT NULL)",
            name=op.f("ck_demand_approval_decided_by_somebody"),
        ),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_demand_approval_has_reason")),
        sa.CheckConstraint(
            "kind IN ('RETURN', 'OVER_CAP', 'PARK', 'EXTENSION', 'REPLY', 'PARK_REVIEW', 'INFEASIBLE', 'APPEAL')",
            name=op.f("ck_demand_approval_kind_known"),
        ),
        sa.CheckConstraint(
            "return_reason IN ('NOT_OUR_DUTY', 'OTHER_AGENCY_LEADS', 'UNCLEAR', 'BEFORE_THE_COURTS')",
            name=op.f("ck_demand_approval_return_reason_known"),
        ),
        sa.CheckConstraint(
            "stage IN ('LIAISON', 'AGENCY', 'AGENCY_LEAD', 'CO_HANDLER', 'FORMER_AGENCY', 'CENTRE', 'SUPERVISOR', 'PLATFORM')",
            name=op.f("ck_demand_approval_stage_known"),
        ),
        sa.CheckConstraint(
            "state IN ('PENDING', 'APPROVED', 'DENIED', 'VOID')", name=op.f("ck_demand_approval_state_known")
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_demand_approval_demand_id_demand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_approval")),
    )
    op.create_index("ix_demand_approval_demand_id", "demand_approval", ["demand_id"], unique=False)
    op.create_index(
        "uq_demand_approval_pending",
        "demand_approval",
        ["demand_id"],
        unique=True,
        postgresql_where=sa.text("state = 'PENDING'"),
    )
    op.create_index(
        "uq_demand_approval_return",
        "demand_approval",
        ["demand_id", "unit_code"],
        unique=True,
        postgresql_where=sa.text("kind = 'RETURN'"),
    )
    op.create_table(
        "demand_co_handler",
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("added_by", sa.UUID(), nullable=False),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("opinion_by", sa.UUID(), nullable=True),
        sa.Column("opinion_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("waived_by", sa.UUID(), nullable=True),
        sa.Column("waived_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("waive_reason", sa.Text(), nullable=False),
        sa.Column("released_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(opinion_at IS NULL) = (btrim(opinion) = '')", name=op.f("ck_demand_co_handler_opinion_has_text")
        ),
        sa.CheckConstraint(
            "(waived_at IS NULL) = (btrim(waive_reason) = '')", name=op.f("ck_demand_co_handler_waiver_has_reason")
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_demand_co_handler_demand_id_demand")),
        sa.PrimaryKeyConstraint("demand_id", "round", "unit_code", name=op.f("pk_demand_co_handler")),
    )
    op.create_index(
        "ix_demand_co_handler_unit",
        "demand_co_handler",
        ["unit_code", "demand_id"],
        unique=False,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "demand_info_request",
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("questions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.UUID(), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.UUID(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("timed_out", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (btrim(answer) = '')", name=op.f("ck_demand_info_request_answered_has_answer")
        ),
        sa.CheckConstraint("cardinality(questions) > 0", name=op.f("ck_demand_info_request_asks_something")),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_demand_info_request_demand_id_demand")),
        sa.PrimaryKeyConstraint("demand_id", "sequence", name=op.f("pk_demand_info_request")),
    )
    op.create_table(
        "demand_segment",
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "holder IN ('LIAISON', 'AGENCY', 'AGENCY_LEAD', 'CO_HANDLER', 'FORMER_AGENCY', 'CENTRE', 'SUPERVISOR', 'PLATFORM')",
            name=op.f("ck_demand_segment_holder_known"),
        ),
        sa.CheckConstraint("ended_at > started_at", name=op.f("ck_demand_segment_takes_time")),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_demand_segment_demand_id_demand")),
        sa.PrimaryKeyConstraint("demand_id", "position", name=op.f("pk_demand_segment")),
    )
    op.create_table(
        "look_back_candidate",
        sa.Column("sample_id", sa.UUID(), nullable=False),
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "stratum IN ('BAD_RATING', 'WITHDRAWN', 'PARKED', 'OVERDUE', 'REST', 'OWN_MOTION')",
            name=op.f("ck_look_back_candidate_stratum_known"),
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_look_back_candidate_demand_id_demand")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["look_back_sample.id"], name=op.f("fk_look_back_candidate_sample_id_look_back_sample")
        ),
        sa.PrimaryKeyConstraint("sample_id", "demand_id", name=op.f("pk_look_back_candidate")),
    )
    op.create_table(
        "routing_suggestion",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("from_unit_code", sa.Text(), nullable=False),
        sa.Column("to_unit_code", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("decision IN ('ADOPTED', 'DISMISSED')", name=op.f("ck_routing_suggestion_decision_known")),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_routing_suggestion_decided_has_time")),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_routing_suggestion_category_code_category")
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_routing_suggestion_demand_id_demand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_suggestion")),
    )
    op.create_index(
        "ix_routing_suggestion_open",
        "routing_suggestion",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("decision IS NULL"),
    )
    op.create_table(
        "supervision_order",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.UUID(), nullable=False),
        sa.Column("issued_unit", sa.Text(), nullable=False),
        sa.Column("issued_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.UUID(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_by", sa.UUID(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (btrim(answer) = '')", name=op.f("ck_supervision_order_answered_has_answer")
        ),
        sa.CheckConstraint("btrim(text) <> ''", name=op.f("ck_supervision_order_wants_something")),
        sa.CheckConstraint("level IN ('REMINDER', 'ORDER', 'LISTED')", name=op.f("ck_supervision_order_level_known")),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_supervision_order_demand_id_demand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_order")),
    )
    op.create_index("ix_supervision_order_demand_id", "supervision_order", ["demand_id"], unique=False)
    op.create_index(
        "uq_supervision_order_open",
        "supervision_order",
        ["demand_id", "level"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "look_back",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("sample_id", sa.UUID(), nullable=True),
        sa.Column("opened_by", sa.UUID(), nullable=True),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("replied_by", sa.UUID(), nullable=True),
        sa.Column("replied_unit", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.UUID(), nullable=True),
        sa.Column("recorded_unit", sa.Text(), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "origin IN ('BAD_RATING', 'WITHDRAWN', 'PARKED', 'OVERDUE', 'REST', 'OWN_MOTION')",
            name=op.f("ck_look_back_origin_known"),
        ),
        sa.CheckConstraint(
            "outcome IN ('SOLVED', 'PARTLY', 'UNSOLVED', 'RELAPSED', 'UNREACHABLE')", name=op.f("ck_look_back_outcome_known")
        ),
        sa.CheckConstraint(
            "recorded_unit = '' OR recorded_unit <> replied_unit", name=op.f("ck_look_back_not_by_the_replying_unit")
        ),
        sa.CheckConstraint("(outcome IS NULL) = (recorded_at IS NULL)", name=op.f("ck_look_back_recorded_has_outcome")),
        sa.CheckConstraint("(recorded_at IS NULL) = (recorded_by IS NULL)", name=op.f("ck_look_back_recorded_by_somebody")),
        sa.CheckConstraint(
            "recorded_by IS NULL OR recorded_by IS DISTINCT FROM replied_by", name=op.f("ck_look_back_not_by_the_replier")
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_look_back_demand_id_demand")),
        sa.ForeignKeyConstraint(
            ["sample_id", "demand_id"],
            ["look_back_candidate.sample_id", "look_back_candidate.demand_id"],
            name=op.f("fk_look_back_sample_id_demand_id_look_back_candidate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_back")),
    )
    op.create_index("ix_look_back_demand_id", "look_back", ["demand_id"], unique=False)
    op.create_index(
        "uq_look_back_open", "look_back", ["demand_id"], unique=True, postgresql_where=sa.text("recorded_at IS NULL")
    )
