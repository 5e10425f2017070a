"""Why registry refuses: who takes part."""

from services.gateway.texts.problems.base import problem as _of

REGISTRY = {
    "ENTERPRISE_NOT_FOUND": _of(404, "没有这家企业，或您无权查看", "There is no such enterprise, or it is not yours to see"),
    "PERSON_NOT_FOUND": _of(404, "没有这个人员", "There is no such person"),
    "LIAISON_NOT_FOUND": _of(404, "该企业还没有联系人", "The enterprise has no contact"),
    "LIAISON_EXISTS": _of(409, "该企业已有联系人，请改用更换", "The enterprise has a contact already: replace it instead"),
    "LIAISON_CONSENT_MISSING": _of(422, "须本人同意方可担任联系人", "A contact is appointed only with consent", "consented"),
    "PHONE_INVALID": _of(422, "不是有效的手机号码", "Not a mainland mobile number", "phone"),
    "PHONE_IN_USE": _of(409, "该手机号码属于工作人员或另一家企业的联系人", "The number is another person's", "phone"),
    "LOGIN_NAME_TAKEN": _of(409, "该用户名已被使用", "The login name is taken", "login_name"),
    "CONTACT_NEEDS_SUCCESSOR": _of(
        409, "该人员是单位联系人，请先确定接任人", "The person is a unit's contact: name who takes over first"
    ),
    "UNIT_NOT_FOUND": _of(404, "没有这个单位", "There is no such unit"),
    "WECHAT_NOT_BOUND": _of(401, "首次登录须授权手机号码", "The first sign-in needs the phone code too", "phone_code"),
    "NOT_ON_ROSTER": _of(403, "该手机号码不在联系人和工作人员名册上", "The phone is not on the roster"),
    "BOUND_TO_ANOTHER_WECHAT": _of(409, "该人员已绑定另一个微信号", "The person is bound to another WeChat account"),
    "ACCOUNT_WITHOUT_ROLE": _of(403, "该账号目前没有任何角色", "The account holds no role now"),
    "CREDENTIALS_WRONG": _of(401, "用户名、密码或动态口令有误", "Login name, password or one-time code is wrong"),
    "SESSION_ENDED": _of(401, "登录已失效，请重新登录", "The session has ended: sign in again"),
    "IMPORT_UNREADABLE": _of(422, "无法读取该文件，请使用 XLSX 或 CSV", "The file is neither a readable XLSX nor CSV"),
    "IMPORT_TOO_LARGE": _of(422, "文件内容过多", "The file holds too much"),
    "IMPORT_COLUMNS_MISSING": _of(422, "文件的表头缺少必需的列", "Columns are missing from the header row"),
}
