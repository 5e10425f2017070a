"""Why an invite, another WeChat account or a file of a list is refused."""

from services.gateway.texts.problems.base import problem as _of

LIAISONS = {
    "INVITE_INVALID": _of(403, "邀请码无效，请向发码单位核实或重新索取", "The invite code opens nothing", "invite_code"),
    "INVITE_NOT_NEEDED": _of(409, "该联系人已经登录过，无需邀请码", "The contact has signed in already"),
    "INVITE_NOT_FOUND": _of(404, "没有有效的邀请码", "There is no invite that lives"),
    "REBINDING_NOT_FOUND": _of(404, "没有这件换绑申请", "There is no such request for another WeChat account"),
    "REBINDING_WRONG_STATE": _of(409, "换绑申请目前的状态不允许这样做", "The request's state does not allow it"),
    "REBINDING_OPEN": _of(409, "已有另一个微信号在申请换绑", "A request from another WeChat account is open"),
    "REBINDING_NOT_NEEDED": _of(409, "无需换绑，请直接登录", "There is nothing to change: sign in"),
    "REBINDING_WAITING": _of(409, "换绑申请尚未生效", "The request has not taken effect yet"),
    "REBINDING_BARRED": _of(
        409, "本人近日已对换绑提出异议，暂不能再次申请", "The person objected lately; one may not ask again yet"
    ),
    "REBINDING_OWN": _of(403, "不能审批本人的换绑申请", "Nobody decides about their own request"),
    "WECHAT_OF_ANOTHER": _of(409, "该微信号已绑定另一名人员", "The WeChat account is somebody else's"),
    "EXPORT_TOO_LARGE": _of(422, "内容过多，请缩小范围后再导出", "The list is too long for a file: narrow it down"),
}
