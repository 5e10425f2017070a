"""The environment of registry: what every service needs, keys of personal data, lives of sessions, and what papers need."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

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
    `invite_days`: how long an invite for the first sign-in lives.
    `public_url` is where the codes of plaques lead to: the platform's address as people outside reach it.
    """

    dispatch_target: str
    # What personal links of a survey begin with. Behind "#" the secret stays out of every server's log of addresses.
    survey_link: str = "http://127.0.0.1:8000/survey#"
    session_days: int = 30
    refresh_grace_seconds: int = 30
    public_url: str = Field(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")
    font_folder: Path = Path("/usr/share/fonts/opentype/noto")
    invite_days: Annotated[int, Field(ge=1, le=90)] = 14
    service_answer_days: int = Field(5, ge=1, le=60)
    sweep_seconds: float = 60.0

    def session_policy(self) -> SessionPolicy:
        return SessionPolicy(timedelta(days=self.session_days), timedelta(seconds=self.refresh_grace_seconds))

    def patience(self) -> Patience:
        return Patience(self.service_answer_days, WorkingCalendar.from_library())
