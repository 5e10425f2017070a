"""The gateway's environment."""

from pydantic import SecretStr, field_validator

from kit.settings import ProcessSettings
from kit.wechat import WECHAT


class GatewaySettings(ProcessSettings):
    """Targets are host:port of the services' gRPC ports.

    `trusted_proxies` are the addresses whose X-Forwarded-For is believed, comma-separated; empty for none: then the peer
    itself is the client. Limits are of the form "5/minute; 30/hour", counted by each replica for itself. `invite_link` is
    what the QR code of an invite says; {code} is the code. `check_in_link` is what that of a lecture's check-in says;
    {scene} is its scene. `link_guesses_per_address` is for scenes, rating links and calendars that nobody holds.
    """

    http_port: int
    registry_target: str
    dispatch_target: str
    courses_target: str
    notify_target: str
    wechat_app_id: str
    wechat_secret: SecretStr
    wechat_base_url: str = WECHAT
    trusted_proxies: str = ""
    sign_in_per_address: str = "60/minute"
    sign_in_per_login: str = "5/minute; 30/hour"
    sign_in_per_openid: str = "10/minute"
    refresh_per_address: str = "600/minute"
    verify_per_address: str = "120/minute"
    survey_per_link: str = "60/minute"
    survey_guesses_per_address: str = "60/minute"
    invite_link: str = "/pages/invite/index?scene={code}"

    check_in_guesses_per_person: str = "10/minute; 30/hour"
    link_guesses_per_address: str = "120/minute"
    check_in_link: str = "/pages/check-in/index?scene={scene}"

    @field_validator("invite_link")
    @classmethod
    def check_invite_link(cls, link: str) -> str:
        if "{code}" not in link:
            raise ValueError("FAHU_INVITE_LINK must say where the code goes: {code}")
        return link

    @field_validator("check_in_link")
    @classmethod
    def check_check_in_link(cls, link: str) -> str:
        if "{scene}" not in link:
            raise ValueError("FAHU_CHECK_IN_LINK must say where the scene goes: {scene}")
        return link
