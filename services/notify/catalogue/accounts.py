"""What people are told about their own WeChat account, and those who decide about the accounts of others."""

from services.notify.catalogue.text import Texts, text
from services.notify.rules import Kind

K = Kind

FOR_ONESELF: Texts = {
    K.REBINDING_ASKED: text(
        "有人申请换绑您的微信",
        "另一个微信号凭您的手机号申请登录您的账号（{serial}）。如非您本人操作，请于{due}点开提出异议；在此之前您的账号不受影响。",
        "Another WeChat account asks",
        "Another WeChat account, with your phone number, asks to sign in as you ({serial}). If that was not you, object "
        "{due}; until then nothing changes.",
    ),
    K.REBINDING_APPROVED: text(
        "微信换绑已获批准",
        "换绑您微信号的申请（{serial}）已获批准。如非您本人操作，请于{due}点开提出异议。",
        "The new account is approved",
        "The request to sign in as you with another WeChat account ({serial}) is approved. If it was not you, object {due}.",
    ),
}
FOR_DECIDERS: Texts = {
    K.REBINDING_TO_DECIDE: text(
        "有微信换绑待审批",
        "有人员申请换绑微信（{serial}），请核实身份后审批。",
        "A WeChat account to decide",
        "Somebody asks to sign in with another WeChat account ({serial}). Please make sure who asks, then decide.",
    ),
    K.CENTRE_REBINDING_OBJECTED: text(
        "换绑遭本人否认",
        "微信换绑申请（{serial}）遭本人否认，申请已终止，手机号可能被他人使用，请尽快核实。",
        "Not their own request",
        "The request for another WeChat account ({serial}) was not the person's own. It has ended; somebody else may use "
        "the phone. Please look into it.",
    ),
    K.LIAISON_RESIGNED: text(
        "企业联系人已辞任",
        "{serial}的联系人已辞任，请商企业尽快确定新的联系人。",
        "A contact has left",
        "The contact of {serial} has left. Please have the enterprise name another.",
    ),
}
