"""What both sides are told of a lecture that an enterprise asked for, and the centre of an agency that is late with it."""

from services.notify.catalogue.text import Texts, text
from services.notify.rules import Kind

K = Kind

FOR_ENTERPRISES: Texts = {
    K.LECTURE_REQUEST_ANSWERED: text(
        "请选定宣讲时间",
        "{unit}就您预约的法治宣讲（{serial}）提出了新的时间。请您于{due}选定，或另提时间；逾期未答复的，预约自动失效。",
        "Choose a time for your lecture",
        "{unit} offers other times for the lecture that you asked for ({serial}). Please choose one {due}, or offer others; "
        "without an answer by then your request expires.",
    ),
    K.LECTURE_REQUEST_REMINDER: text(
        "宣讲时间待您选定",
        "{unit}就您预约的法治宣讲（{serial}）提出的时间还待您答复，请于{due}选定；逾期未答复的，预约自动失效。",
        "Your answer is awaited",
        "The times that {unit} offers for the lecture you asked for ({serial}) await your answer {due}; without one your "
        "request expires.",
    ),
    (K.LECTURE_REQUEST_ENDED, "ACCEPTED"): text(
        "预约的宣讲已商定",
        "您预约或报名参加的法治宣讲（{serial}）已与{unit}商定，座位已为贵企业留好，请点开查看时间和地点。",
        "Your lecture is agreed on",
        "The lecture {serial} that you asked for or joined is agreed on with {unit}, and your seats are booked. Open it for "
        "time and place.",
    ),
    (K.LECTURE_REQUEST_ENDED, "DECLINED"): text(
        "预约的宣讲未能安排",
        "您预约或报名参加的法治宣讲（{serial}，{unit}）未能商定，不再安排。原因请点开查看，仍有需要的可另行预约。",
        "No lecture was agreed on",
        "The lecture {serial} that you asked for or joined was not agreed on with {unit}, and will not be held. Open it to "
        "see why; you may ask anew.",
    ),
    (K.LECTURE_REQUEST_ENDED, "WITHDRAWN"): text(
        "宣讲预约已撤回",
        "您报名参加的法治宣讲预约（{serial}，{unit}）已由发起企业撤回，不再安排。仍有需要的，您可另行预约。",
        "A lecture request was withdrawn",
        "The request {serial} that you joined for a lecture of {unit} was withdrawn by the enterprise that made it. You may "
        "ask for one yourself.",
    ),
    (K.LECTURE_REQUEST_ENDED, "EXPIRED"): text(
        "宣讲预约已失效",
        "您预约或报名参加的法治宣讲（{serial}，{unit}）因发起企业逾期未答复而失效。仍有需要的，您可另行预约。",
        "A lecture request has expired",
        "The request {serial} for a lecture of {unit} that you made or joined has expired, as the enterprise that made it "
        "did not answer in time. You may ask anew.",
    ),
    (K.LECTURE_REQUEST_ENDED, ""): text(
        "宣讲预约已结束",
        "您预约或报名参加的法治宣讲（{serial}，{unit}）已有结果，请点开查看。",
        "A lecture request has ended",
        "The request {serial} for a lecture of {unit} that you made or joined has ended. Open it to see how.",
    ),
}
FOR_STAFF: Texts = {
    K.LECTURE_REQUESTED: text(
        "有企业预约宣讲",
        "有企业向{unit}预约法治宣讲（{serial}），请于{due}答复：选定时间、另提时间，或说明原因不予安排。",
        "A lecture is asked for",
        "An enterprise asks {unit} for a lecture ({serial}). Please answer {due}: choose a time, offer others, or say why "
        "not.",
    ),
    K.LECTURE_REQUEST_COUNTERED: text(
        "企业另提了宣讲时间",
        "企业就向{unit}预约的法治宣讲（{serial}）另提了时间，请于{due}选定，或说明原因不予安排。",
        "Other times for a lecture",
        "The enterprise offers other times for the lecture it asked of {unit} ({serial}). Please choose one {due}, or say "
        "why not.",
    ),
    K.LECTURE_REQUEST_HALFWAY: text(
        "宣讲预约答复时限过半",
        "企业向{unit}预约的法治宣讲（{serial}）应于{due}答复，时间已过半，请及时答复。",
        "Half the time is gone",
        "The request {serial} for a lecture of {unit} is to be answered {due}; half of the time is gone.",
    ),
    K.LECTURE_REQUEST_WARNING: text(
        "宣讲预约即将逾期",
        "企业向{unit}预约的法治宣讲（{serial}）应于{due}答复，即将逾期，请尽快答复。",
        "An answer is nearly late",
        "The request {serial} for a lecture of {unit} is to be answered {due} and is nearly late. Please answer soon.",
    ),
    K.LECTURE_REQUEST_OVERDUE: text(
        "宣讲预约逾期未答复",
        "企业向{unit}预约的法治宣讲（{serial}）应于{due}答复，现已逾期。仍应答复，请尽快办理。",
        "An answer is late",
        "The request {serial} for a lecture of {unit} was to be answered {due} and is late. It still has to be answered; "
        "please see to it.",
    ),
    K.CENTRE_LECTURE_REQUEST_OVERDUE: text(
        "部门逾期未答复宣讲预约",
        "企业预约的法治宣讲（{serial}）应由{unit}于{due}答复，现已逾期，请跟进。",
        "An agency is late to answer",
        "The request {serial} for a lecture was to be answered by {unit} {due} and is late. Please follow it up.",
    ),
    (K.AGENCY_LECTURE_REQUEST_ENDED, "ACCEPTED"): text(
        "预约的宣讲已商定",
        "企业向{unit}预约的法治宣讲（{serial}）已商定，宣讲已列入安排，请按时开讲。",
        "A lecture is agreed on",
        "The lecture that an enterprise asked of {unit} ({serial}) is agreed on and stands among the agency's lectures.",
    ),
    (K.AGENCY_LECTURE_REQUEST_ENDED, "DECLINED"): text(
        "预约的宣讲未能商定",
        "企业向{unit}预约的法治宣讲（{serial}）未能商定，不再安排，原因请点开查看。",
        "No lecture was agreed on",
        "The lecture that an enterprise asked of {unit} ({serial}) was not agreed on, and will not be held. Open it to see "
        "why.",
    ),
    (K.AGENCY_LECTURE_REQUEST_ENDED, "WITHDRAWN"): text(
        "企业撤回了宣讲预约",
        "企业撤回了向{unit}预约的法治宣讲（{serial}），无需再答复。",
        "A request was withdrawn",
        "The enterprise withdrew its request {serial} for a lecture of {unit}; no answer is needed any more.",
    ),
    (K.AGENCY_LECTURE_REQUEST_ENDED, "EXPIRED"): text(
        "宣讲预约已失效",
        "企业未按时答复{unit}提出的时间，法治宣讲预约（{serial}）已失效，不再安排。",
        "A request has expired",
        "The enterprise did not answer in time about the times that {unit} offered; its request {serial} for a lecture has "
        "expired.",
    ),
    (K.AGENCY_LECTURE_REQUEST_ENDED, ""): text(
        "宣讲预约已结束",
        "企业向{unit}预约的法治宣讲（{serial}）已有结果，请点开查看。",
        "A request has ended",
        "The request {serial} for a lecture of {unit} has ended. Open it to see how.",
    ),
}
OF_REQUESTS: Texts = {**FOR_ENTERPRISES, **FOR_STAFF}
