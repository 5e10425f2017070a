"""What enterprises are told of lectures and of their seats in them, and agencies of late changes and their courseware."""

from services.notify.catalogue.text import Texts, text
from services.notify.rules import Kind

K = Kind

OF_COURSES: Texts = {
    K.LECTURE_BOOKED: text(
        "报名成功",
        "您已报名{unit}的法治宣讲（{serial}），{starts}开讲，座位已为贵企业留好。",
        "Your seats are booked",
        "You have seats in the lecture {serial} of {unit}, which begins {starts}.",
    ),
    K.LECTURE_WAITING: text(
        "已进入候补",
        "{unit}的法治宣讲（{serial}）名额已满，您已进入候补。有空位时会按顺序通知您。",
        "You are in the queue",
        "The lecture {serial} of {unit} is full and you are in the queue. You are told when seats fall free for you.",
    ),
    K.LECTURE_OFFERED: text(
        "有空位，请确认",
        "您候补的法治宣讲（{serial}，{unit}）有了空位，已为您保留。请于{due}确认，逾期将让给下一位；{starts}开讲。",
        "Seats for you: confirm",
        "Seats in the lecture {serial} of {unit}, which begins {starts}, are held for you. Please confirm {due}, or they go "
        "to the next in the queue.",
    ),
    K.LECTURE_LAPSED: text(
        "候补未能成功",
        "您候补的法治宣讲（{serial}，{unit}）没有取得座位：截止前没有空位，或保留的座位未按时确认。仍开放报名的，您可以重新报名。",
        "No seats for you this time",
        "You got no seats in the lecture {serial} of {unit}: none fell free in time, or those held for you were not "
        "confirmed. While it takes bookings you may book again.",
    ),
    K.BOOKING_RELEASED: text(
        "报名被主办方取消",
        "{unit}取消了您对法治宣讲（{serial}，{starts}）的报名，请点开查看原因，不必前往。",
        "Your booking was taken back",
        "{unit} took back your booking of the lecture {serial}, which begins {starts}. Open it to see why; there is no need "
        "to come.",
    ),
    K.LECTURE_CHANGED: text(
        "宣讲安排有变化",
        "您报名的法治宣讲（{serial}，{unit}）在时间、地点或讲师上有变化，现为{starts}开讲。请点开核对，不能参加的请及时取消。",
        "A lecture has changed",
        "The lecture {serial} of {unit} has another time, place or lecturer; it now begins {starts}. Please look at it, and "
        "cancel if you cannot come.",
    ),
    K.LECTURE_CANCELLED: text(
        "宣讲已取消",
        "您报名的法治宣讲（{serial}，{unit}，原定{starts}）已取消，请点开查看原因，不必前往。",
        "A lecture is cancelled",
        "The lecture {serial} of {unit}, which was to begin {starts}, is cancelled. Open it to see why; there is no need to "
        "come.",
    ),
    K.LECTURE_REMINDER: text(
        "宣讲即将开讲",
        "您报名的法治宣讲（{serial}，{unit}）将于{starts}开讲，请按时参加；不能参加的请尽早取消，把座位让给别的企业。",
        "A lecture is near",
        "The lecture {serial} of {unit} that you booked begins {starts}. If you cannot come, please cancel early so that "
        "others can.",
    ),
    K.LECTURE_TO_RATE: text(
        "请评价这次宣讲",
        "感谢您参加{unit}的法治宣讲（{serial}）。宣讲结束后，请评价内容、实用性和讲授，您的意见将用于改进。",
        "Please rate the lecture",
        "Thank you for coming to the lecture {serial} of {unit}. Once it is over, please rate it; what you say makes the "
        "next ones better.",
    ),
    K.BOOKING_GIVEN_UP: text(
        "有企业临时退出",
        "有企业临开讲退出了法治宣讲（{serial}，{starts}开讲），空出的座位可能来不及递补，请留意到场人数。",
        "Seats given up late",
        "An enterprise gave up its seats in the lecture {serial}, which begins {starts}. They may not be filled in time; "
        "please reckon with fewer people.",
    ),
    K.COURSEWARE_APPROVED: text(
        "课件已通过审核",
        "{unit}的宣讲课件（{serial}）已通过审核，将列入下一版课程目录。",
        "Courseware is approved",
        "Courseware {serial} of {unit} is approved and will stand in the next catalogue.",
    ),
    K.COURSEWARE_SENT_BACK: text(
        "课件被退回修改",
        "{unit}的宣讲课件（{serial}）未通过审核，已退回修改。请查看审核意见，修改后重新提交。",
        "Courseware was sent back",
        "Courseware {serial} of {unit} was sent back to be changed. Please read why, and submit it anew.",
    ),
    K.COURSEWARE_PUBLISHED: text(
        "课件已列入课程目录",
        "{unit}的宣讲课件（{serial}）已列入新发布的课程目录，企业可以据此预约宣讲。",
        "Courseware is in the catalogue",
        "Courseware {serial} of {unit} stands in the catalogue that was published, and enterprises may ask for it.",
    ),
    K.COURSEWARE_RETIRED: text(
        "课件已停用",
        "{unit}的宣讲课件（{serial}）已停用，不再用于宣讲，原因请查看该课件。",
        "Courseware was retired",
        "Courseware {serial} of {unit} was retired and is taught no more. The reason is with it.",
    ),
}
