"""Courseware with its files, the needs it answers, and the catalogues that publish it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What a supervisor approved is what is taught: an item's texts, needs and files change while it is a draft, and not after.
COURSEWARE = """
CREATE FUNCTION courseware_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'RETIRED' THEN
    PERFORM courses_refuse('courseware_retired', 'what is retired stays as it is');
  END IF;
  IF (NEW.id, NEW.number, NEW.year, NEW.unit_code) <> (OLD.id, OLD.number, OLD.year, OLD.unit_code) THEN
    PERFORM courses_refuse('courseware_stays', 'an item keeps its number, year and agency');
  END IF;
  IF OLD.state <> 'DRAFT' AND (NEW.title, NEW.summary, NEW.minutes) <> (OLD.title, OLD.summary, OLD.minutes) THEN
    PERFORM courses_refuse('courseware_settled', 'what was submitted is not rewritten');
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('DRAFT', 'SUBMITTED'), ('SUBMITTED', 'DRAFT'),
      ('SUBMITTED', 'APPROVED'), ('APPROVED', 'PUBLISHED'), ('DRAFT', 'RETIRED'), ('SUBMITTED', 'RETIRED'),
      ('APPROVED', 'RETIRED'), ('PUBLISHED', 'RETIRED')) THEN
    PERFORM courses_refuse('courseware_in_order', 'an item does not move like that');
  END IF;
  IF NEW.state = 'SUBMITTED' AND OLD.state = 'DRAFT' AND (
      NOT EXISTS (SELECT FROM courseware_file f WHERE f.courseware_id = NEW.id AND f.removed_at IS NULL AND f.state = 'CLEAN')
      OR EXISTS (SELECT FROM courseware_file f WHERE f.courseware_id = NEW.id AND f.removed_at IS NULL AND f.state = 'QUARANTINED')
  ) THEN
    PERFORM courses_refuse('courseware_has_files', 'an item is submitted with its files, all of them clean');
  END IF;
  IF NEW.state = 'RETIRED' THEN
    IF coalesce(btrim(NEW.end_reason), '') = '' THEN
      PERFORM courses_refuse('courseware_retired_for_a_reason', 'an item is retired for a reason');
    END IF;
    IF EXISTS (SELECT FROM lecture l WHERE l.courseware_id = NEW.id AND l.state IN ('PLANNED', 'OPEN')) THEN
      PERFORM courses_refuse('courseware_in_use', 'lectures are still to be given from it');
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER courseware_moved BEFORE UPDATE ON courseware FOR EACH ROW EXECUTE FUNCTION courseware_moved();

CREATE FUNCTION courseware_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM courses_refuse('courseware_kept', 'an item is retired, not deleted');
  RETURN NULL;
END $$;
CREATE TRIGGER courseware_kept BEFORE DELETE OR TRUNCATE ON courseware FOR EACH STATEMENT EXECUTE FUNCTION courseware_kept();

-- The lock keeps an item from being retired between this look and the commit.
CREATE FUNCTION lecture_from_taught() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM courseware c WHERE c.id = NEW.courseware_id AND c.state IN ('APPROVED', 'PUBLISHED') FOR SHARE;
  IF NOT FOUND THEN
    PERFORM courses_refuse('lecture_from_taught', 'a lecture is given from courseware that may be taught');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER lecture_from_taught BEFORE INSERT OR UPDATE OF courseware_id ON lecture
FOR EACH ROW EXECUTE FUNCTION lecture_from_taught();

CREATE FUNCTION courseware_must_be_draft(item uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM courseware c WHERE c.id = item AND c.state = 'DRAFT' FOR SHARE;
  IF NOT FOUND THEN
    PERFORM courses_refuse('courseware_settled', 'files and needs of an item change while it is a draft');
  END IF;
END $$;

CREATE FUNCTION courseware_need_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM courseware_must_be_draft(coalesce(NEW.courseware_id, OLD.courseware_id));
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER courseware_need_settled BEFORE INSERT OR UPDATE OR DELETE ON courseware_need
FOR EACH ROW EXECUTE FUNCTION courseware_need_settled();

CREATE FUNCTION need_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.end_reason IS NOT NULL OR (NEW.id, NEW.number, NEW.year) <> (OLD.id, OLD.number, OLD.year) THEN
    PERFORM courses_refuse('need_stays', 'a need keeps its number and year, and a retired one all it has');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER need_moved BEFORE UPDATE ON need FOR EACH ROW EXECUTE FUNCTION need_moved();
"""

# What the scanner refused, and what was never stored, may go at any time: nobody has ever seen it.
FILES = """
CREATE FUNCTION courseware_file_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM courseware_must_be_draft(NEW.courseware_id);
    RETURN NEW;
  ELSIF TG_OP = 'DELETE' THEN
    IF OLD.removed_at IS NULL THEN
      PERFORM courses_refuse('courseware_file_kept', 'a file is marked as removed before it goes');
    END IF;
    RETURN OLD;
  END IF;
  IF (NEW.courseware_id, NEW.position, NEW.file_name, NEW.size, NEW.sha256)
      <> (OLD.courseware_id, OLD.position, OLD.file_name, OLD.size, OLD.sha256) THEN
    PERFORM courses_refuse('courseware_file_stays', 'a file stays what it was');
  END IF;
  IF NEW.removed_at IS DISTINCT FROM OLD.removed_at AND OLD.stored_at IS NOT NULL AND OLD.state <> 'REFUSED' THEN
    PERFORM courseware_must_be_draft(NEW.courseware_id);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER courseware_file_moved BEFORE INSERT OR UPDATE OR DELETE ON courseware_file
FOR EACH ROW EXECUTE FUNCTION courseware_file_moved();
"""

# A version is looked at when its transaction commits, once all of its items are there.
CATALOGUES = """
CREATE FUNCTION catalogue_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM courses_refuse('catalogue_frozen', 'a published catalogue stays as it is');
  RETURN NULL;
END $$;
CREATE TRIGGER catalogue_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue
FOR EACH STATEMENT EXECUTE FUNCTION catalogue_frozen();
CREATE TRIGGER catalogue_item_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_item
FOR EACH STATEMENT EXECUTE FUNCTION catalogue_frozen();

CREATE FUNCTION catalogue_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE said bigint;
BEGIN
  SELECT item_count INTO said FROM catalogue WHERE year = NEW.year AND version = NEW.version;
  IF said <> (SELECT count(*) FROM catalogue_item i WHERE i.year = NEW.year AND i.version = NEW.version) THEN
    PERFORM courses_refuse('catalogue_whole', 'a catalogue has the items that it was published with');
  END IF;
  IF NEW.version > 1 AND NOT EXISTS (SELECT FROM catalogue c WHERE c.year = NEW.year AND c.version = NEW.version - 1) THEN
    PERFORM courses_refuse('catalogue_numbered', 'versions are numbered without gaps');
  END IF;
  IF EXISTS (SELECT FROM catalogue_item i JOIN courseware c ON c.id = i.courseware_id
             WHERE i.year = NEW.year AND i.version = NEW.version AND (c.state <> 'PUBLISHED' OR c.year <> i.year)) THEN
    PERFORM courses_refuse('catalogue_of_published', 'a catalogue holds published items of its year');
  END IF;
  IF EXISTS (SELECT FROM unit u JOIN group_unit g ON g.unit_code = u.code
             WHERE u.kind = 'AGENCY' AND u.active AND 2 > (
               SELECT count(*) FROM catalogue_item i
               WHERE i.year = NEW.year AND i.version = NEW.version AND i.unit_code = u.code)) THEN
    PERFORM courses_refuse('catalogue_complete', 'every agency of the corps has at least two items');
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER catalogue_whole AFTER INSERT ON catalogue DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION catalogue_whole();

-- An item that comes later than its version.
CREATE FUNCTION catalogue_item_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT item_count FROM catalogue WHERE year = NEW.year AND version = NEW.version)
      <> (SELECT count(*) FROM catalogue_item i WHERE i.year = NEW.year AND i.version = NEW.version) THEN
    PERFORM courses_refuse('catalogue_whole', 'a catalogue has the items that it was published with');
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER catalogue_item_counted AFTER INSERT ON catalogue_item DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION catalogue_item_counted();
"""


def upgrade() -> None:
    op.add_column("courseware", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("courseware", sa.Column("end_reason", sa.Text(), nullable=True))
    op.add_column("courseware", sa.Column("submitted_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_index("ix_courseware_number", "courseware", ["year", "number"], unique=False)
    op.create_unique_constraint(op.f("uq_courseware_id_year"), "courseware", ["id", "year"])
    op.create_check_constraint(
        op.f("ck_courseware_retired_for_a_reason"), "courseware", "state = 'RETIRED' OR end_reason IS NULL"
    )
    op.create_table(
        "catalogue",
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_count", sa.BigInteger(), nullable=False),
        sa.Column("published_by", sa.UUID(), nullable=False),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("item_count > 0", name=op.f("ck_catalogue_holds_something")),
        sa.PrimaryKeyConstraint("year", "version", name=op.f("pk_catalogue")),
    )
    op.create_table(
        "need",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("btrim(text) <> ''", name=op.f("ck_need_said")),
        sa.CheckConstraint("coalesce(unit_code, category_code) <> ''", name=op.f("ck_need_of_somebodys_matters")),
        sa.CheckConstraint("source IN ('SURVEY', 'DEMAND', 'OTHER')", name=op.f("ck_need_source_known")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_need_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sa.UniqueConstraint("id", "year", name=op.f("uq_need_id_year")),
        sa.UniqueConstraint("number", name=op.f("uq_need_number")),
    )
    op.create_index("ix_need_year", "need", ["year", "number"], unique=False)
    op.create_index(
        "uq_need_text",
        "need",
        ["year", sa.literal_column("coalesce(unit_code, '')"), sa.literal_column("coalesce(category_code, '')"), "text"],
        unique=True,
        postgresql_where=sa.text("end_reason IS NULL"),
    )
    op.create_table(
        "catalogue_item",
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("courseware_id", sa.UUID(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["courseware_id"], ["courseware.id"], name=op.f("fk_catalogue_item_courseware_id_courseware")
        ),
        sa.ForeignKeyConstraint(
            ["year", "version"],
            ["catalogue.year", "catalogue.version"],
            name=op.f("fk_catalogue_item_year_version_catalogue"),
        ),
        sa.PrimaryKeyConstraint("year", "version", "position", name=op.f("pk_catalogue_item")),
        sa.UniqueConstraint("year", "version", "courseware_id", name=op.f("uq_catalogue_item_year_version_courseware_id")),
    )
    op.create_table(
        "courseware_file",
        sa.Column("courseware_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("blob_key", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("stored_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('docx', 'pdf', 'jpg', 'png')", name=op.f("ck_courseware_file_kind_known")),
        sa.CheckConstraint("state = 'REFUSED' OR blob_key IS NOT NULL", name=op.f("ck_courseware_file_kept_has_bytes")),
        sa.CheckConstraint("state IN ('QUARANTINED', 'CLEAN', 'REFUSED')", name=op.f("ck_courseware_file_state_known")),
        sa.CheckConstraint("char_length(file_name) BETWEEN 1 AND 120", name=op.f("ck_courseware_file_file_name_length")),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_courseware_file_sha256_whole")),
        sa.CheckConstraint("position BETWEEN 1 AND 10", name=op.f("ck_courseware_file_ten_of_an_item")),
        sa.CheckConstraint("size BETWEEN 1 AND 20971520", name=op.f("ck_courseware_file_size_within")),
        sa.ForeignKeyConstraint(
            ["courseware_id"], ["courseware.id"], name=op.f("fk_courseware_file_courseware_id_courseware")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courseware_file")),
        sa.UniqueConstraint("blob_key", name=op.f("uq_courseware_file_blob_key")),
        sa.UniqueConstraint("person_id", "request_id", name=op.f("uq_courseware_file_person_id_request_id")),
    )
    op.create_index(
        "ix_courseware_file_quarantined",
        "courseware_file",
        ["uploaded_at"],
        unique=False,
        postgresql_where=sa.text("state = 'QUARANTINED'"),
    )
    op.create_index(
        "ix_courseware_file_refused_bytes",
        "courseware_file",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'REFUSED' AND blob_key IS NOT NULL"),
    )
    op.create_index(
        "ix_courseware_file_removed",
        "courseware_file",
        ["id"],
        unique=False,
        postgresql_where=sa.text("removed_at IS NOT NULL"),
    )
    op.create_index(
        "uq_courseware_file_place",
        "courseware_file",
        ["courseware_id", "position"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL AND state <> 'REFUSED'"),
    )
    op.create_table(
        "courseware_need",
        sa.Column("courseware_id", sa.UUID(), nullable=False),
        sa.Column("need_id", sa.UUID(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["courseware_id", "year"],
            ["courseware.id", "courseware.year"],
            name=op.f("fk_courseware_need_courseware_id_year_courseware"),
        ),
        sa.ForeignKeyConstraint(
            ["need_id", "year"], ["need.id", "need.year"], name=op.f("fk_courseware_need_need_id_year_need")
        ),
        sa.PrimaryKeyConstraint("courseware_id", "need_id", name=op.f("pk_courseware_need")),
    )
    op.create_index("ix_courseware_need_need_id", "courseware_need", ["need_id"], unique=False)
    op.execute(COURSEWARE)
    op.execute(FILES)
    op.execute(CATALOGUES)
