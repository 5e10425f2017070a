"""Who may call an RPC, as its contract declares it. An RPC that declares nobody keeps its service from starting."""

from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor

from kit.auth import Actor


@dataclass(frozen=True, slots=True)
class Rule:
    """The roles of people and the names of services that may call."""

    roles: frozenset[int]
    services: frozenset[str]

    def admits(self, actor: Actor) -> bool:
        return actor.service in self.services if actor.service else not self.roles.isdisjoint(actor.roles)


class RuleMissing(RuntimeError):
    """Some RPCs declare no caller."""


def rules_of(services: list[ServiceDescriptor], option: Any) -> dict[str, Rule]:
    """Read the rule of each RPC from its `option` extension. Keys are gRPC paths. Raises RuleMissing, naming all of them."""
    rules: dict[str, Rule] = {}
    missing: list[str] = []
    for service in services:
        for method in service.methods:
            declared = method.GetOptions().Extensions[option]
            if not declared.roles and not declared.services:
                missing.append(method.full_name)
            path = f"/{service.full_name}/{method.name}"
            rules[path] = Rule(frozenset(declared.roles), frozenset(declared.services))
    if missing:
        raise RuleMissing("no caller declared for " + ", ".join(sorted(missing)))
    return rules
