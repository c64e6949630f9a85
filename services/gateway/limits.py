"""How large a cart, and an order made of it, may be; orders has limits of its own. And how long a cart is kept."""

from datetime import timedelta

MAX_QUANTITY = 99  # of one product
MAX_LINES = 100
MAX_SLUG = 64  # of a product, as orders keeps it
MAX_PAGE_SIZE = 100  # of any list
# A cart of nobody that nobody changed: only a session knows it, and that ends after two weeks.
CARTS_KEPT = timedelta(days=30)
