"""Projects with their nodes, and services to enterprises with what the enterprises say about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
# Shanghai keeps UTC+8 all year; said so, no time zone table is needed.
FUNCTIONS = """
CREATE FUNCTION projects_refuse(rule text, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', message USING ERRCODE = '23514', CONSTRAINT = rule;
END $$;

CREATE FUNCTION projects_today() RETURNS date LANGUAGE sql STABLE AS $$
  SELECT (now() AT TIME ZONE 'UTC' + interval '8 hours')::date
$$;

CREATE FUNCTION project_is_led() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE begins boolean := NEW.state = 'ACTIVE' AND (TG_OP = 'INSERT' OR OLD.state <> 'ACTIVE');
BEGIN
  IF NEW.leader_id IS NOT NULL AND (begins OR TG_OP = 'INSERT' OR NEW.leader_id IS DISTINCT FROM OLD.leader_id)
     AND NOT EXISTS (SELECT FROM staff_account WHERE person_id = NEW.leader_id AND unit_code = NEW.unit_code AND active) THEN
    PERFORM projects_refuse('project_leader_of_unit', 'the leader is not on the staff of the unit');
  END IF;
  IF NEW.handler_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.handler_id IS DISTINCT FROM OLD.handler_id)
     AND NOT EXISTS (SELECT FROM staff_account WHERE person_id = NEW.handler_id AND unit_code = NEW.unit_code AND active) THEN
    PERFORM projects_refuse('project_handler_of_unit', 'the handler is not on the staff of the unit');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION project_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE p project%ROWTYPE; wanted uuid;
BEGIN
  IF TG_TABLE_NAME = 'project' THEN wanted := NEW.id;
  ELSIF TG_OP = 'DELETE' THEN wanted := OLD.project_id;
  ELSE wanted := NEW.project_id;
  END IF;
  SELECT * INTO p FROM project WHERE id = wanted;
  IF p.state IN ('ACTIVE', 'COMPLETED') AND NOT EXISTS (SELECT FROM project_node WHERE project_id = p.id) THEN
    PERFORM projects_refuse('project_has_node', 'a project that has begun has at least one node');
  END IF;
  IF p.state = 'COMPLETED' AND EXISTS (SELECT FROM project_node WHERE project_id = p.id AND done_on IS NULL) THEN
    PERFORM projects_refuse('project_nodes_done', 'a complete project has no open node');
  END IF;
  IF EXISTS (SELECT FROM project_node WHERE project_id = p.id AND NOT due_on BETWEEN p.starts_on AND p.ends_on) THEN
    PERFORM projects_refuse('project_holds_nodes', 'a node is due within the days of its project');
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION project_node_guarded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM project WHERE id = OLD.project_id AND state <> 'PLANNED') THEN
      PERFORM projects_refuse('project_node_stays', 'a project that has begun keeps its nodes');
    END IF;
    RETURN OLD;
  END IF;
  IF NEW.done_on > projects_today() THEN
    PERFORM projects_refuse('project_node_not_ahead', 'nothing is done ahead of today');
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF OLD.done_on IS NOT NULL AND (OLD.due_on, OLD.done_on, OLD.evidence, OLD.noted_at, OLD.noted_by)
       IS DISTINCT FROM (NEW.due_on, NEW.done_on, NEW.evidence, NEW.noted_at, NEW.noted_by) THEN
      PERFORM projects_refuse('project_node_done', 'what is done stays as it was noted');
    END IF;
    IF NEW.move_count <> OLD.move_count + (NEW.due_on <> OLD.due_on)::int THEN
      PERFORM projects_refuse('project_node_moves_counted', 'each move of a due day is counted');
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION project_node_move_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.due_on <> OLD.due_on AND NOT EXISTS (
    SELECT FROM project_node_move m
    WHERE m.node_id = NEW.id AND m.number = NEW.move_count AND m.from_day = OLD.due_on AND m.to_day = NEW.due_on
  ) THEN
    PERFORM projects_refuse('project_node_move_told', 'a due day is moved with a reason only');
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION project_node_move_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' OR EXISTS (SELECT FROM project_node WHERE id = OLD.node_id) THEN
    PERFORM projects_refuse('project_node_move_fixed', 'why a due day was moved is never altered');
  END IF;
  RETURN OLD;
END $$;

CREATE FUNCTION service_record_guarded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM projects_refuse('service_record_stays', 'a record is withdrawn, not deleted');
  END IF;
  IF NEW.served_on > projects_today() THEN
    PERFORM projects_refuse('service_record_not_ahead', 'nobody was served ahead of today');
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF (OLD.year, OLD.area_code, OLD.project_id, OLD.designation_id, OLD.served_on, OLD.kind, OLD.note, OLD.recorded_by,
        OLD.recorded_at) IS DISTINCT FROM
       (NEW.year, NEW.area_code, NEW.project_id, NEW.designation_id, NEW.served_on, NEW.kind, NEW.note, NEW.recorded_by,
        NEW.recorded_at) THEN
      PERFORM projects_refuse('service_record_fixed', 'what was recorded is never altered');
    END IF;
    IF OLD.state <> NEW.state AND NOT (OLD.state = 'RECORDED' OR (OLD.state = 'DISPUTED' AND NEW.state = 'WITHDRAWN')) THEN
      PERFORM projects_refuse('service_record_answered', 'an answer stands');
    END IF;
  END IF;
  RETURN NEW;
END $$;
"""
TRIGGERS = """
CREATE TRIGGER project_is_led BEFORE INSERT OR UPDATE ON project FOR EACH ROW EXECUTE FUNCTION project_is_led();
CREATE CONSTRAINT TRIGGER project_stands AFTER INSERT OR UPDATE ON project DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION project_stands();
CREATE CONSTRAINT TRIGGER project_stands AFTER INSERT OR UPDATE OR DELETE ON project_node DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION project_stands();
CREATE TRIGGER project_node_guarded BEFORE INSERT OR UPDATE OR DELETE ON project_node
  FOR EACH ROW EXECUTE FUNCTION project_node_guarded();
CREATE CONSTRAINT TRIGGER project_node_move_told AFTER UPDATE OF due_on ON project_node DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION project_node_move_told();
CREATE TRIGGER project_node_move_fixed BEFORE UPDATE OR DELETE ON project_node_move
  FOR EACH ROW EXECUTE FUNCTION project_node_move_fixed();
CREATE TRIGGER service_record_guarded BEFORE INSERT OR UPDATE OR DELETE ON service_record
  FOR EACH ROW EXECUTE FUNCTION service_record_guarded();
"""


def upgrade() -> None:
    op.create_unique_constraint(op.f("uq_unit_code_kind"), "unit", ["code", "kind"])
    op.create_unique_constraint(op.f("uq_unit_code_area_code"), "unit", ["code", "area_code"])
    op.create_unique_constraint(op.f("uq_designation_id_year_area_code"), "designation", ["id", "year", "area_code"])
    op.create_table(
        "project",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("unit_kind", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("leader_id", sa.UUID(), nullable=True),
        sa.Column("handler_id", sa.UUID(), nullable=True),
        sa.Column("basis_id", sa.UUID(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint("state IN ('PLANNED', 'ACTIVE', 'COMPLETED', 'CANCELLED')", name=op.f("ck_project_state_known")),
        sa.CheckConstraint("unit_kind IN ('AGENCY', 'AREA_OFFICE')", name=op.f("ck_project_unit_kind_known")),
        sa.CheckConstraint("(unit_kind = 'AREA_OFFICE') = (area_code IS NOT NULL)", name=op.f("ck_project_office_has_area")),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_project_named")),
        sa.CheckConstraint(
            "starts_on <= ends_on AND EXTRACT(year FROM starts_on) = year AND EXTRACT(year FROM ends_on) = year",
            name=op.f("ck_project_within_year"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('ACTIVE', 'COMPLETED') OR leader_id IS NOT NULL", name=op.f("ck_project_active_is_led")
        ),
        sa.CheckConstraint("(state = 'CANCELLED') = (end_reason IS NOT NULL)", name=op.f("ck_project_cancelled_has_reason")),
        sa.ForeignKeyConstraint(["unit_code", "unit_kind"], ["unit.code", "unit.kind"], name="fk_project_unit"),
        sa.ForeignKeyConstraint(["unit_code", "area_code"], ["unit.code", "unit.area_code"], name="fk_project_area"),
        sa.ForeignKeyConstraint(["leader_id"], ["person.id"], name=op.f("fk_project_leader_id_person")),
        sa.ForeignKeyConstraint(["handler_id"], ["person.id"], name=op.f("fk_project_handler_id_person")),
        sa.ForeignKeyConstraint(["basis_id"], ["recommendation.id"], name=op.f("fk_project_basis_id_recommendation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("number", name=op.f("uq_project_number")),
        sa.UniqueConstraint("id", "year", "area_code", name=op.f("uq_project_id_year_area_code")),
    )
    op.create_index("ix_project_list", "project", ["year", "id"])
    op.create_index("ix_project_unit", "project", ["unit_code", "year", "id"])
    op.create_table(
        "project_node",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("project_id", sa.UUID(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("noted_at", MOMENT, nullable=True),
        sa.Column("noted_by", sa.UUID(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("move_count", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("next_look", sa.Date(), nullable=True),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_project_node_named")),
        sa.CheckConstraint(
            "num_nulls(done_on, noted_at, noted_by, evidence) IN (0, 4)", name=op.f("ck_project_node_done_is_shown")
        ),
        sa.CheckConstraint("done_on IS NULL OR next_look IS NULL", name=op.f("ck_project_node_done_is_quiet")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_node_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_node")),
    )
    op.create_index("ix_project_node_project", "project_node", ["project_id", "due_on", "id"])
    op.create_index("ix_project_node_open", "project_node", ["due_on", "id"], postgresql_where=sa.text("done_on IS NULL"))
    op.create_index(
        "ix_project_node_next_look", "project_node", ["next_look"], postgresql_where=sa.text("next_look IS NOT NULL")
    )
    op.create_table(
        "project_node_move",
        sa.Column("node_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved_by", sa.UUID(), nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.CheckConstraint("from_day <> to_day", name=op.f("ck_project_node_move_moved")),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_project_node_move_has_reason")),
        sa.ForeignKeyConstraint(
            ["node_id"], ["project_node.id"], ondelete="CASCADE", name=op.f("fk_project_node_move_node_id_project_node")
        ),
        sa.PrimaryKeyConstraint("node_id", "number", name=op.f("pk_project_node_move")),
    )
    op.create_table(
        "project_note",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("project_id", sa.UUID(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.UUID(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_note_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_note")),
    )
    op.create_index("ix_project_note_project", "project_note", ["project_id", "id"])
    op.create_table(
        "service_record",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("project_id", sa.UUID(), nullable=False),
        sa.Column("designation_id", sa.UUID(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_id", sa.UUID(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("answer_until", MOMENT, nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.UUID(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("answered_by", sa.UUID(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("dispute_reason", sa.Text(), nullable=True),
        sa.Column("withdrawn_by", sa.UUID(), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('VISIT', 'MEETING', 'TRAINING', 'QUESTIONNAIRE', 'OTHER')", name=op.f("ck_service_record_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('RECORDED', 'CONFIRMED', 'DISPUTED', 'WITHDRAWN')", name=op.f("ck_service_record_state_known")
        ),
        sa.CheckConstraint("EXTRACT(year FROM served_on) = year", name=op.f("ck_service_record_within_year")),
        sa.CheckConstraint(
            "num_nulls(asked_id, asked_at, answer_until) IN (0, 3)", name=op.f("ck_service_record_asked_until")
        ),
        sa.CheckConstraint(
            "num_nulls(answered_by, answered_at) IN (0, 2)", name=op.f("ck_service_record_answered_by_somebody")
        ),
        sa.CheckConstraint(
            "state = 'WITHDRAWN' OR (state = 'RECORDED') = (answered_at IS NULL)", name=op.f("ck_service_record_answered")
        ),
        sa.CheckConstraint(
            "state = 'WITHDRAWN' OR (state = 'DISPUTED') = (dispute_reason IS NOT NULL)",
            name=op.f("ck_service_record_disputed"),
        ),
        sa.CheckConstraint(
            "num_nulls(withdrawn_by, withdrawn_at, withdrawal_reason) IN (0, 3)",
            name=op.f("ck_service_record_withdrawn_whole"),
        ),
        sa.CheckConstraint("(state = 'WITHDRAWN') = (withdrawn_at IS NOT NULL)", name=op.f("ck_service_record_withdrawn")),
        sa.ForeignKeyConstraint(
            ["project_id", "year", "area_code"],
            ["project.id", "project.year", "project.area_code"],
            name="fk_service_record_project",
        ),
        sa.ForeignKeyConstraint(
            ["designation_id", "year", "area_code"],
            ["designation.id", "designation.year", "designation.area_code"],
            name="fk_service_record_designation",
        ),
        sa.ForeignKeyConstraint(["asked_id"], ["person.id"], name=op.f("fk_service_record_asked_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_record")),
        sa.UniqueConstraint("number", name=op.f("uq_service_record_number")),
    )
    op.create_index(
        "uq_service_record_once",
        "service_record",
        ["designation_id", "project_id", "served_on", "kind"],
        unique=True,
        postgresql_where=sa.text("state <> 'WITHDRAWN'"),
    )
    op.create_index("ix_service_record_list", "service_record", ["year", "id"])
    op.create_index("ix_service_record_area", "service_record", ["area_code", "year", "id"])
    op.create_index("ix_service_record_project", "service_record", ["project_id", "id"])
    op.create_index(
        "ix_service_record_unasked",
        "service_record",
        ["id"],
        postgresql_where=sa.text("asked_id IS NULL AND state = 'RECORDED'"),
    )
    op.create_index(
        "ix_service_record_provisional",
        "service_record",
        ["id"],
        postgresql_where=sa.text("provisional AND state = 'RECORDED'"),
    )
    op.execute(FUNCTIONS)
    op.execute(TRIGGERS)
