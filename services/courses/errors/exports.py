"""Why a list is not written as a file."""

from kit.errors import InvalidArgument


class ExportTooLarge(InvalidArgument):
    reason = "EXPORT_TOO_LARGE"
    message = "The list has more than {rows} rows; narrow it down."
