"""What a service that sends and receives messages tells staff of itself, and does for them."""
