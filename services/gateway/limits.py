"""How large a cart, and an order made of it, may be; orders has limits of its own."""

MAX_QUANTITY = 99  # of one product
MAX_LINES = 100
