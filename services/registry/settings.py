"""The environment of registry: what every service needs, the keys of personal data, and how long sessions live."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr

from kit.calendar import WorkingCalendar
from kit.crypto import Keyring
from kit.settings import DatabaseSettings, ServiceSettings
from services.registry.rules.service_records import Patience
from services.registry.rules.sessions import SessionPolicy


class CommandSettings(DatabaseSettings):
    """What an operator's command needs. The key ring is given as a file or as a value."""

    keyring_file: Path | None = None
    keyring: SecretStr | None = None

    def load_keyring(self) -> Keyring:
        return Keyring.load(self.keyring_file, self.keyring.get_secret_value() if self.keyring else None)


class RegistrySettings(ServiceSettings, CommandSettings):
    """`refresh_grace_seconds`: how long a refresh may be repeated whose answer got lost (see rules/sessions.py).

    `service_answer_days`: working days after which an enterprise's silence confirms a service. The notice names no number.
    """

    session_days: int = 30
    refresh_grace_seconds: int = 30
    service_answer_days: int = Field(5, ge=1, le=60)
    sweep_seconds: float = 60.0

    def session_policy(self) -> SessionPolicy:
        return SessionPolicy(timedelta(days=self.session_days), timedelta(seconds=self.refresh_grace_seconds))

    def patience(self) -> Patience:
        return Patience(self.service_answer_days, WorkingCalendar.from_library())
