"""Reads `compose.yaml` as Compose would: merged, with the variables of `.env`, in the order of `depends_on`."""

import re
from graphlib import TopologicalSorter

import yaml

from services.common.env import ROOT

COMPOSE = ROOT / "compose.yaml"
EXAMPLE = ROOT / ".env.example"
VARIABLE = re.compile(r"\$\$|\$\{(?P<name>[A-Z_0-9]+)(:-(?P<default>[^}]*))?\}")


def load(variables):
    """The services by name, in the order of start; profiles are left out."""
    services = interpolate(yaml.safe_load(COMPOSE.read_text()), variables)["services"]
    return {name: services[name] for name in in_order(services) if "profiles" not in services[name]}


def interpolate(node, variables):
    if isinstance(node, dict):
        return {key: interpolate(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [interpolate(value, variables) for value in node]
    if isinstance(node, str):
        return VARIABLE.sub(lambda found: substitute(found, variables), node)
    return node


def substitute(found, variables):
    if found[0] == "$$":
        return "$"
    return variables.get(found["name"]) or found["default"] or ""


def in_order(services):
    needs = {name: service.get("depends_on", {}).keys() for name, service in services.items()}
    return list(TopologicalSorter(needs).static_order())


def example_variables():
    """What `cp .env.example .env` says."""
    lines = (line.partition("=") for line in EXAMPLE.read_text().splitlines() if re.match(r"[A-Z]", line))
    return {name: value for name, _, value in lines}


def variables_used():
    """Every `${VARIABLE}` of the file."""
    return {found["name"] for found in VARIABLE.finditer(COMPOSE.read_text()) if found["name"]}
