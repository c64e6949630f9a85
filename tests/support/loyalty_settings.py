"""The settings of `examples/loyalty` for its own tests, on the tests' servers."""

import os
import secrets

from services.messaging.keys import PrivateKey

os.environ |= {
    "LOYALTY_SECRET_KEY": secrets.token_hex(),
    # In the name of a role that may make databases named after it.
    "LOYALTY_DATABASE_URL": f"{os.environ['ORDERS_DATABASE_URL']}_loyalty",
    "LOYALTY_FEED_URL": "http://127.0.0.1:9/messaging/feed/inbox",
    "LOYALTY_FEED_KEY": secrets.token_hex(),
    "LOYALTY_PUBLIC_KEY": PrivateKey.generate().public.text,
    "LOYALTY_TOKEN": secrets.token_hex(),
}

from loyalty.settings import *
