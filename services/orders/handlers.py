"""What orders does with each type of message it receives."""
