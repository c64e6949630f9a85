"""The stored OpenAPI documents, and whether an answer is what they say."""

import re
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "openapi"


@cache
def document(service: str) -> Any:
    return yaml.safe_load((FOLDER / f"{service}.yaml").read_text())


def violations(service: str, method: str, path: str, status: int, body: object) -> list[str]:
    """What the service's document does not allow in this answer; nothing of a status that any server may give."""
    if status >= 500 or status == HTTPStatus.TOO_MANY_REQUESTS:
        return []
    found = responses_of(service, method, path).get(str(status))
    if found is None:
        return [f"{method} {path} never answers {status}"]
    (content,) = found["content"].values()
    schema = {**content["schema"], "components": document(service)["components"]}
    checked = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(body)
    return [f"{method} {path} {status}: {error.json_path} {error.message}" for error in checked]


def responses_of(service: str, method: str, path: str) -> Any:
    for template, operations in document(service)["paths"].items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), f"/api/v1/{path}"):
            return operations[method.lower()]["responses"]
    raise AssertionError(f"{service} has no {path}")
