"""Alembic's entry: one connection, one transaction, a short wait for locks."""

from alembic import context
from sqlalchemy import create_engine, text

from services.courses.models import Base

engine = create_engine(str(context.config.get_main_option("sqlalchemy.url")))
with engine.connect() as connection:
    connection.execute(text("SET lock_timeout = '2s'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
