"""What one occurrence is about, and what is wrong with one field."""

from services.gateway.texts import Text

# Where the refusal tells values. {status} is the present state in words.
DETAILS: dict[str, Text] = {
    "DEMAND_WRONG_STATE": Text("目前的状态：{status}", "Its present state: {status}"),
    "ENTERPRISE_NOT_DESIGNATED": Text("年度：{year}", "Year: {year}"),
    "PROMISED_DAY_OVER_CAP": Text("最多 {cap} 个工作日之内", "At most {cap} working days ahead"),
    "RETURN_TOO_LATE": Text("须在派单后 {days} 个工作日内", "Within {days} working days of its dispatch"),
    "TERM_INVALID": Text("{term}：允许 {least} 至 {most}", "{term}: {least} to {most}"),
    "CALENDAR_DAY_INVALID": Text("有误的日期：{day}", "The day at fault: {day}"),
    "REVIEW_DAY_OUT_OF_RANGE": Text("须在今后 {cap} 天之内", "Within the next {cap} days"),
    "REOPEN_TOO_LATE": Text("办结后 {days} 天内可以重新提起", "Within {days} days of closing"),
    "IMPORT_TOO_LARGE": Text(
        "最多 {rows} 行、{columns} 列，解压后最多 {mebibytes} MiB、{entries} 个部件",
        "At most {rows} rows and {columns} columns, and unpacked {mebibytes} MiB in {entries} parts",
    ),
    "IMPORT_COLUMNS_MISSING": Text("缺少：{columns}", "Missing: {columns}"),
    "ATTACHMENTS_TOO_MANY": Text("最多 {limit} 个", "At most {limit}"),
    "JOINT_CASE_FULL": Text("最多 {limit} 条", "At most {limit}"),
    "REBINDING_WAITING": Text("经审批后，最早于 {effective_at} 生效", "Once approved, not before {effective_at}"),
    "REBINDING_BARRED": Text("{until} 之后可以再次申请", "One may ask again after {until}"),
    "EXPORT_TOO_LARGE": Text("最多 {rows} 行", "At most {rows} rows"),
    "SERVICE_DAY_INVALID": Text("项目起止：{starts_on} 至 {ends_on}", "The project's days: {starts_on} to {ends_on}"),
    "TOO_MANY_NODES": Text("最多 {limit} 个", "At most {limit}"),
    "CHOICE_INVALID": Text("可填：{fields}", "Of {fields}"),
    "TOO_MANY_ATTEMPTS": Text("请在 {seconds} 秒后再试", "Try again in {seconds} seconds"),
}

# What is wrong with one field; where the rule has a limit, it is told as well.
FIELDS: dict[str, Text] = {
    "MISSING": Text("必填", "is required"),
    "TOO_LONG": Text("过长", "is too long"),
    "TOO_SHORT": Text("过短", "is too short"),
    "BLANK": Text("不能是空白", "must say something"),
    "FORMAT_INVALID": Text("格式不正确", "does not have the right form"),
    "VALUE_UNKNOWN": Text("不是可选的值", "is not one of the values allowed"),
    "OUT_OF_RANGE": Text("超出允许的范围", "is out of range"),
    "TYPE_WRONG": Text("类型不正确", "has the wrong type"),
    "FIELD_UNKNOWN": Text("没有这个字段", "is not a field of this request"),
    "DUPLICATE": Text("有重复的值", "has the same value twice"),
    "TOO_MANY": Text("选得过多", "has too many"),
    "TOO_FEW": Text("选得过少", "has too few"),
    "OPTION_RETIRED": Text("该选项已停用", "is an option that was retired"),
    "INVALID": Text("不符合要求", "is not valid"),
}
LIMITS: dict[str, Text] = {
    "TOO_LONG": Text("，最多 {limit}", ", at most {limit}"),
    "TOO_SHORT": Text("，最少 {limit}", ", at least {limit}"),
}
