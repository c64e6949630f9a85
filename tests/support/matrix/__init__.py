"""The matrix of authorization: every route of a service, asked by every identity, against the rule of the route."""
