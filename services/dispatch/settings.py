"""The environment of dispatch. The notice names no number of days: those here are defaults, in working days unless said."""

from pathlib import Path
from typing import Self

from pydantic import SecretStr, model_validator

from kit.blobs import Blobs, FolderBlobs, S3Blobs
from kit.scanning import Clamd, NoScanner, Scanner
from kit.settings import ServiceSettings
from services.dispatch.rules import Terms


class DispatchSettings(ServiceSettings):
    """FAHU_ in front of each name. Attachments lie in a folder or in a bucket: one of both is given."""

    triage_days: int = 1
    accept_days: int = 1
    contact_days: int = 1
    classify_days: int = 2
    immediate_days: int = 1
    promise_cap_days: int = 5
    rework_days: int = 3
    rating_days: int = 10
    look_back_days: int = 3
    approval_days: int = 1
    info_days: int = 5
    opinion_days: int = 3
    revive_days: int = 3
    report_days: int = 15
    review_cap_calendar_days: int = 90
    sample_calendar_days: int = 30
    reopen_calendar_days: int = 30
    sign_immediate: bool = False
    sweep_seconds: float = 5.0
    courses_target: str
    blob_folder: Path | None = None
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_bucket: str = ""
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    clamd_address: str = ""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        in_bucket = bool(self.s3_endpoint and self.s3_bucket)
        if in_bucket == bool(self.blob_folder):
            raise ValueError("give either FAHU_BLOB_FOLDER, or FAHU_S3_ENDPOINT and FAHU_S3_BUCKET")
        return self

    def blobs(self) -> Blobs:
        """Where attachments lie."""
        if self.blob_folder:
            return FolderBlobs(self.blob_folder)
        keys = self.s3_access_key.get_secret_value(), self.s3_secret_key.get_secret_value()
        return S3Blobs(self.s3_endpoint, self.s3_region, self.s3_bucket, *keys)

    def scanner(self) -> Scanner:
        return Clamd(self.clamd_address) if self.clamd_address else NoScanner()

    def terms(self) -> Terms:
        return Terms(
            triage=self.triage_days,
            accept=self.accept_days,
            contact=self.contact_days,
            classify=self.classify_days,
            immediate=self.immediate_days,
            promise_cap=self.promise_cap_days,
            rework=self.rework_days,
            rating=self.rating_days,
            look_back=self.look_back_days,
            approval=self.approval_days,
            info=self.info_days,
            opinion=self.opinion_days,
            revive=self.revive_days,
            report=self.report_days,
            review_cap_days=self.review_cap_calendar_days,
            sample_days=self.sample_calendar_days,
            reopen_days=self.reopen_calendar_days,
            sign_immediate=self.sign_immediate,
        )
