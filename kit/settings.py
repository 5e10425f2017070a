"""Settings every service shares. Each service adds its own in its settings.py and builds the class once, in __main__."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProcessSettings(BaseSettings):
    """What any process of the platform needs. Read from the environment, FAHU_ in front."""

    model_config = SettingsConfigDict(env_prefix="FAHU_", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    ops_port: int
    log_level: str = "INFO"
    nats_url: str
    nats_monitor_url: str
    trusted_keys_file: Path
    signing_key_file: Path
    drain_seconds: float = 10.0
    fault_folder: Path | None = None

    def trusted_keys(self) -> str:
        return self.trusted_keys_file.read_text()

    def signing_key(self) -> str:
        return self.signing_key_file.read_text()


class DatabaseSettings(BaseSettings):
    """What `migrate` and every process with a database needs. The URL is postgresql://user:password@host:port/name."""

    model_config = SettingsConfigDict(env_prefix="FAHU_", extra="ignore", frozen=True)

    database_url: SecretStr
    pool_size: int = 8


class ServiceSettings(ProcessSettings, DatabaseSettings):
    """A gRPC service with a database of its own."""

    grpc_port: int
