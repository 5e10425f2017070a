"""Why a file of rows is refused as a whole."""

from kit.errors import InvalidArgument


class ImportUnreadable(InvalidArgument):
    reason = "IMPORT_UNREADABLE"
    message = "The file is neither a readable XLSX nor a CSV in UTF-8 or GB 18030."


class ImportColumnsMissing(InvalidArgument):
    reason = "IMPORT_COLUMNS_MISSING"
    message = "Columns are missing from the header row: {columns}."


class ImportTooLarge(InvalidArgument):
    reason = "IMPORT_TOO_LARGE"
    message = "The file holds more than {rows} rows, {columns} columns or, unpacked, {mebibytes} MiB in {entries} parts."
