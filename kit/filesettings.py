"""The environment of a service that keeps files."""

from pathlib import Path
from typing import Self

from pydantic import SecretStr, model_validator

from kit.blobs import Blobs, FolderBlobs, S3Blobs
from kit.scanning import Clamd, NoScanner, Scanner
from kit.settings import ServiceSettings


class FileSettings(ServiceSettings):
    """FAHU_ in front of each name. Files lie in a folder or in a bucket: one of both is given."""

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
        """Where the files lie."""
        if self.blob_folder:
            return FolderBlobs(self.blob_folder)
        keys = self.s3_access_key.get_secret_value(), self.s3_secret_key.get_secret_value()
        return S3Blobs(self.s3_endpoint, self.s3_region, self.s3_bucket, *keys)

    def scanner(self) -> Scanner:
        return Clamd(self.clamd_address) if self.clamd_address else NoScanner()
