"""What a calendar says of a booking."""

from services.gateway.texts import Text

NAME = Text("法治宣讲", "Lectures on law")
SUMMARY = Text("法治宣讲：{title}", "Lecture on law: {title}")
WAITING = Text("（候补）", "(waiting list) ")
OFFERED = Text("（待确认）", "(to be confirmed) ")
UNIT = Text("主办：{unit}", "Given by: {unit}")
LECTURER = Text("主讲：{lecturer}", "Lecturer: {lecturer}")
SERIAL = Text("编号：{serial}", "Number: {serial}")
HEADS = Text("报名人数：{heads}", "Seats: {heads}")
