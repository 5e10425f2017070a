"""Who plays in the demonstration: contacts of enterprises, and for each agency its contact and its handler."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from stack.demo.client import Json, Person, Platform

Account = dict[str, Any]


@dataclass
class Cast:
    """Signs people in when they are first needed. `accounts` is what stack.json says of them."""

    platform: Platform
    accounts: Json
    _signed_in: dict[str, Person] = field(default_factory=dict)
    _templates: list[str] = field(default_factory=list)

    async def liaison(self, turn: int) -> Person:
        """The contact of an enterprise, another one for each turn, going round the eleven areas."""
        return await self.contact(self._enterprise(turn))

    async def contact(self, enterprise: Account) -> Person:
        """The contact of an enterprise, as stack.json tells of it."""
        return await self._through_wechat(enterprise["openid"], enterprise["name"], enterprise["phone"])

    async def last_year_liaison(self) -> Person:
        former = self.accounts["last_year_only"]
        return await self._through_wechat(former["openid"], former["name"], former["phone"])

    async def agency_contact(self, unit: str) -> Person:
        """区…局联系人: who is told, and accepts."""
        return await self._member(self._one_of(unit, "agency_contact"), wechat=True)

    async def agency_handler(self, unit: str) -> Person:
        return await self._member(self._one_of(unit, "agency_handler"))

    async def agency_lead(self, unit: str) -> Person:
        """分管负责人: signs."""
        return await self._member(self._one_of(unit, "agency_lead"))

    async def centre_operator(self) -> Person:
        return await self._member(self._one_of("centre", "centre_operator"))

    async def centre_lead(self) -> Person:
        return await self._member(self._one_of("centre", "centre_lead"))

    async def supervisor(self) -> Person:
        return await self._member(self._one_of("committee", "supervisor"))

    async def officer_for(self, liaison: Person) -> Person:
        """The officer of the area that a contact's enterprise is in."""
        return await self.area_officer(liaison.account["area_code"])

    async def area_officer(self, area_code: str) -> Person:
        """The officer of a town or park, which nominates."""
        return await self._member(self._one_of(f"area-{area_code}", "area_officer"))

    async def area_lead(self, area_code: str) -> Person:
        """分管负责人 of a town or park: answers for its projects."""
        unit = f"area-{area_code}"
        leads = [one for one in self.accounts["staff"] if one["unit_code"] == unit and one["duty"] == "leader"]
        return await self._member(leads[0])

    async def agree(self, person: Person) -> None:
        """The person lets WeChat bring one message of each kind."""
        if not self._templates:
            found = (await person.get("/notification-templates"))["templates"]
            self._templates = [template["id"] for template in found]
        await self.platform.agree(person, self._templates)

    def _enterprise(self, turn: int) -> Account:
        contacts: Sequence[Account] = self.accounts["contacts"]
        areas = list(dict.fromkeys(contact["area_code"] for contact in contacts))
        here = [contact for contact in contacts if contact["area_code"] == areas[turn % len(areas)]]
        return here[min(turn // len(areas), len(here) - 1)]

    def _one_of(self, unit: str, role: str) -> Account:
        found = (one for one in self.accounts["staff"] if one["unit_code"] == unit and one["role"] == role)
        return next(found)

    async def _member(self, account: Account, *, wechat: bool = False) -> Person:
        if wechat:
            return await self._through_wechat(account["openid"], account["title"], account["phone"])
        login = account["login"]
        if login not in self._signed_in:
            self._signed_in[login] = await self.platform.sign_in_by_password(
                account["title"], login, account["password"], account["totp_secret"]
            )
        return self._signed_in[login]

    async def _through_wechat(self, openid: str, name: str, phone: str) -> Person:
        if openid not in self._signed_in:
            self._signed_in[openid] = await self.platform.sign_in_through_wechat(name, openid, phone)
        return self._signed_in[openid]
