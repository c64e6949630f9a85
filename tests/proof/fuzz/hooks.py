"""Who schemathesis is while it asks one service of the shop: it loads this by SCHEMATHESIS_HOOKS."""

import os

import requests
import schemathesis

USER = os.environ["FUZZ_USER"]
SECONDS = 30


def token():
    """Orders and payments take one that was made before; the gateway is signed in to."""
    if made := os.environ.get("FUZZ_TOKEN"):
        return made
    body = {"username": USER, "password": f"{USER}-password"}
    answer = requests.post(os.environ["FUZZ_SIGN_IN"], json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()["token"]


class Bearer:
    def get(self, case, context):
        return token()

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


# Signing out ends the token: each call of it gets one of its own.
schemathesis.auth(refresh_interval=None).apply_to(method="DELETE")(Bearer)
schemathesis.auth(refresh_interval=SECONDS).skip_for(method="DELETE")(Bearer)
