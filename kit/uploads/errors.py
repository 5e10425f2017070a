"""Why a file is refused. Each reason is stable; `told` in the metadata says in a few words of English what was found."""

from kit.errors import InvalidArgument


class UploadRefused(InvalidArgument):
    """Base of all of them: nothing of the file is kept."""

    def __init__(self, told: str = "") -> None:
        super().__init__(told=told)


class UploadEmpty(UploadRefused):
    reason = "UPLOAD_EMPTY"
    message = "The file is empty."


class UploadTooLarge(UploadRefused):
    reason = "UPLOAD_TOO_LARGE"
    message = "The file is larger than 20 MiB."


class UploadNameInvalid(UploadRefused):
    reason = "UPLOAD_NAME_INVALID"
    message = "The file's name cannot be used: {told}."


class UploadTypeNotAllowed(UploadRefused):
    reason = "UPLOAD_TYPE_NOT_ALLOWED"
    message = "The file is none of docx, pdf, jpg and png: {told}."


class UploadMislabelled(UploadRefused):
    reason = "UPLOAD_MISLABELLED"
    message = "The file is not what its name or media type says: {told}."


class UploadMalformed(UploadRefused):
    reason = "UPLOAD_MALFORMED"
    message = "The file is damaged: {told}."


class UploadEncrypted(UploadRefused):
    reason = "UPLOAD_ENCRYPTED"
    message = "The file is encrypted, so nobody can check it."


class UploadActiveContent(UploadRefused):
    reason = "UPLOAD_ACTIVE_CONTENT"
    message = "The file holds something that acts by itself or leads elsewhere: {told}."


class UploadPolyglot(UploadRefused):
    reason = "UPLOAD_POLYGLOT"
    message = "The file can be read as a second kind of file: {told}."


class UploadBomb(UploadRefused):
    reason = "UPLOAD_BOMB"
    message = "The file unfolds into more than can be checked: {told}."


class UploadInfected(UploadRefused):
    reason = "UPLOAD_INFECTED"
    message = "The virus scanner knows this file: {told}."


BY_REASON: dict[str, type[UploadRefused]] = {kind.reason: kind for kind in UploadRefused.__subclasses__()}
