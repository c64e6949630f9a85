"""What the gateway does by itself; each knows no request."""
