from exactly_once.testing import crash_at, deliver  # noqa: F401 - where the package is installed, pytest finds them
