"""Settings of messaging for one test."""


def configure(settings, **changes):
    """Let messaging read these, by the names of `MESSAGING`."""
    settings.MESSAGING = {**settings.MESSAGING, **changes}
