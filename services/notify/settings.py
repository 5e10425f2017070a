"""The environment of notify. Template ids are WeChat's; those here are for the sandbox."""

from typing import Literal, Self

from pydantic import BaseModel, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kit.settings import ServiceSettings
from kit.wechat import WECHAT
from services.notify.rules import Purpose

Value = Literal["serial", "title", "unit", "due", "when"]


class Template(BaseModel, frozen=True):
    """A subscription template: its WeChat id, what it is for, and which of our values each of its keys takes."""

    id: str
    title_zh: str
    title_en: str
    fields: dict[str, Value]


Templates = dict[Purpose, Template]

DEMO_TEMPLATES: Templates = {
    Purpose.TASK: Template(
        id="fahu-demo-task",
        title_zh="新任务提醒",
        title_en="New task",
        fields={"character_string1": "serial", "thing2": "title", "thing3": "unit", "time4": "due"},
    ),
    Purpose.PROGRESS: Template(
        id="fahu-demo-progress",
        title_zh="需求办理进展提醒",
        title_en="Progress of a demand",
        fields={"character_string1": "serial", "thing2": "title", "thing3": "unit", "time4": "when"},
    ),
    Purpose.REPLY: Template(
        id="fahu-demo-reply",
        title_zh="答复与评价提醒",
        title_en="Reply to rate",
        fields={"character_string1": "serial", "thing2": "title", "thing3": "unit", "time4": "due"},
    ),
}


class WechatSettings(BaseSettings):
    """How WeChat is reached, FAHU_ in front. WECHAT_TEMPLATES is a JSON object from purpose to template."""

    model_config = SettingsConfigDict(env_prefix="FAHU_", extra="ignore", frozen=True)

    wechat_base_url: str = WECHAT
    wechat_app_id: str
    wechat_secret: SecretStr
    wechat_templates: Templates = DEMO_TEMPLATES
    wechat_page: str = "pages/demand/detail?id={subject_id}"
    wechat_account_page: str = "pages/account/index?id={subject_id}"
    wechat_programme_page: str = "pages/programme/index?kind={kind}&id={subject_id}"
    wechat_miniprogram_state: Literal["developer", "trial", "formal"] = "formal"

    @model_validator(mode="after")
    def check_templates(self) -> Self:
        if set(self.wechat_templates) != set(Purpose):
            raise ValueError(f"each of {', '.join(Purpose)} needs a template")
        if len({template.id for template in self.wechat_templates.values()}) < len(Purpose):
            raise ValueError("each purpose needs a template of its own")
        return self


class NotifySettings(ServiceSettings, WechatSettings):
    """The whole of it."""

    registry_target: str
    sender_seconds: float = 0.5
