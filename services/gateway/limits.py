"""How large a cart, and an order made of it, may be; orders has limits of its own."""

MAX_QUANTITY = 99  # of one product
MAX_LINES = 100
MAX_SLUG = 64  # of a product, as orders keeps it
MAX_PAGE_SIZE = 100  # of any list
