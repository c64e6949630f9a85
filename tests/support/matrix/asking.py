"""Asks a route as every identity, by every method, and leaves nothing behind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.test import Client

from tests.support.matrix.identities import Doorkeys, Presented
from tests.support.matrix.routes import address
from tests.support.matrix.rules import ANY_METHOD, IDENTITIES, Door, Outcome, Rule

Found = Mapping[str, Mapping[str, Outcome]]
SIGN_IN_PAGES = ("/login/", "/admin/login/")
STATUSES = {401: Outcome.SIGN_IN, 403: Outcome.FORBIDDEN, 404: Outcome.HIDDEN, 405: Outcome.NO_METHOD}


def outcome_of(response: Any) -> Outcome:
    is_asked_to_sign_in = response.get("Location", "").partition("?")[0] in SIGN_IN_PAGES
    return Outcome.SIGN_IN if is_asked_to_sign_in else STATUSES.get(response.status_code, Outcome.IN)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The rules of one service, what opens its doors, and whom and what its routes speak of."""

    doors: Mapping[Door, Doorkeys]
    rules: Mapping[str, Rule]
    arguments: Mapping[str, str]
    client: Client = field(default_factory=Client)  # one: each new one makes all the middleware anew

    def ask(self, route: str) -> Found:
        """The outcome by method and identity; of a method that the rule does not list, for those who have the most."""
        rule = self.rules[route]
        keys = self.doors[rule.door]
        return {
            method: {
                name: self._ask_once(route, method, keys[name])
                for name in (IDENTITIES if method in rule.methods else ("nobody", "owner", "superuser"))
            }
            for method in ANY_METHOD
        }

    def ask_through(self, door: Door, route: str, name: str) -> dict[str, tuple[Outcome, Outcome]]:
        """By method, the outcome for an identity that presents what opens another door, and the outcome for nobody."""
        presented = (self.doors[door][name], Presented())
        return {
            method: (self._ask_once(route, method, presented[0]), self._ask_once(route, method, presented[1]))
            for method in ANY_METHOD
        }

    def _ask_once(self, route: str, method: str, presented: Presented) -> Outcome:
        query = self.rules[route].query
        path = address(route, {**self.arguments, **self.rules[route].arguments})
        body = {"data": query} if method == "GET" else {"query_params": query, "content_type": "application/json"}
        self.client.cookies.clear()
        for name, value in presented.cookies.items():
            self.client.cookies[name] = value
        before = transaction.savepoint()
        try:
            ask = getattr(self.client, method.lower())
            return outcome_of(ask(path, headers=presented.headers, **body))
        finally:
            transaction.savepoint_rollback(before)


Differences = dict[str, tuple[Outcome, Outcome | None]]


def unexpected(matrix: Matrix) -> dict[str, Differences]:
    """By route, what differs from its rule, as (found, expected)."""
    found = {route: differences(rule, matrix.ask(route)) for route, rule in matrix.rules.items()}
    return {route: each for route, each in found.items() if each}


def differences(rule: Rule, found: Found) -> Differences:
    """By a method that the rule does not list, nobody gets in."""
    differing: Differences = {}
    for method, outcomes in found.items():
        expected = rule.methods.get(method)
        for name, outcome in outcomes.items():
            if outcome != expected[name] if expected else outcome is Outcome.IN:
                differing[f"{method} as {name}"] = (outcome, expected[name] if expected else None)
    return differing


def opened_by_the_other_door(matrix: Matrix) -> dict[str, list[str]]:
    """By route, the methods that answer a superuser, who presents what is for the other kind of door, unlike nobody."""
    found = {
        route: matrix.ask_through(next(door for door in Door if door is not rule.door), route, "superuser")
        for route, rule in matrix.rules.items()
    }
    unlike = {route: [m for m, (one, nobodys) in each.items() if one is not nobodys] for route, each in found.items()}
    return {route: methods for route, methods in unlike.items() if methods}
