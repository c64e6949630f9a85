"""What payments does with each type of message it receives."""
