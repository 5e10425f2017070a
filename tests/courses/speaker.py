"""Signs every call of a channel in the name of one person."""

from kit.auth import Actor, TokenSigner
from tests import signing


class Speaker(TokenSigner):
    def __init__(self, actor: Actor) -> None:
        super().__init__(signing.keys()[0]["gateway"])
        self._actor = actor

    def for_service(self) -> str:
        return self.for_person(self._actor)
