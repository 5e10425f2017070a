"""What enterprises are told of consultations on site: sessions of their zone, their slots, and what may follow."""

from services.notify.catalogue.text import Texts, text
from services.notify.rules import Kind

K = Kind

OF_CONSULTATIONS: Texts = {
    K.CONSULTATION_ANNOUNCED: text(
        "现场法律咨询可预约",
        "您所在片区将举行现场法律咨询（{serial}），{starts}开始。区级联系点企业现在即可预约，其他联系点企业自{opens}起预约，约满为止。",
        "A consultation on site",
        "There will be a consultation on site for your zone ({serial}), which begins {starts}. Liaison points of district "
        "level may book a slot now, all the others {opens}, while there are slots.",
    ),
    K.CONSULTATION_CHANGED: text(
        "现场咨询安排有变化",
        "您预约的现场法律咨询（{serial}）在时间或地点上有变化，整场现为{starts}开始。请点开核对您的时段，不能前来的请及时取消。",
        "A consultation has changed",
        "The consultation on site {serial} has another time or place; it now begins {starts}. Please look up your slot, and "
        "cancel if you cannot come.",
    ),
    K.CONSULTATION_CANCELLED: text(
        "现场咨询已取消",
        "您预约的现场法律咨询（{serial}，原定{starts}开始）已取消，请点开查看原因，不必前往。",
        "A consultation is cancelled",
        "The consultation on site {serial}, which was to begin {starts}, is cancelled. Open it to see why; there is no need "
        "to come.",
    ),
    K.SLOT_BOOKED: text(
        "咨询时段预约成功",
        "您已预约现场法律咨询（{serial}），您的时段{starts}开始。请携带相关材料按时前来。",
        "Your slot is booked",
        "You have a slot in the consultation on site {serial}; it begins {starts}. Please bring your papers.",
    ),
    K.SLOT_CHANGED: text(
        "咨询时段有调整",
        "主办方调整了您在现场法律咨询（{serial}）中的时段，现为{starts}开始。请按新的时间前来，不便的请改约或取消。",
        "Your slot was moved",
        "The hosts moved your slot in the consultation on site {serial}; it now begins {starts}. If that does not suit you, "
        "please take another or cancel.",
    ),
    K.SLOT_RELEASED: text(
        "咨询预约被主办方取消",
        "主办方取消了您对现场法律咨询（{serial}，{starts}）的预约，请点开查看原因，不必前往。",
        "Your slot was taken back",
        "The hosts took back your slot in the consultation on site {serial}, which begins {starts}. Open it to see why; "
        "there is no need to come.",
    ),
    K.CONSULTATION_FOLLOW_UP: text(
        "咨询事项是否转为需求",
        "您在现场法律咨询（{serial}）中提出的事项，{unit}建议继续跟进。请点开确认：同意的，即转为需求交部门办理。",
        "May this become a demand?",
        "{unit} would follow up what you asked at the consultation on site {serial}. Open the record and say with one tap "
        "whether it becomes a demand, which agencies then handle.",
    ),
}
