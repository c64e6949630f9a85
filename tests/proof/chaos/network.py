"""The network under the storm: on each path connections are cut, silent for a while, or open at one end alone."""

from tests.support.paths import NAMES
from tests.support.proxy import End


class Network:
    """One fault of a path at a time. Each begins at once and returns what it is and how to end it, or None."""

    def __init__(self, paths, chance, seconds):
        self.paths = paths
        self.chance = chance
        self.seconds = seconds
        self._faulty = set()

    def reset(self):
        """Every connection of a path is cut; what calls again is answered."""
        name = self._sound_path()
        return name and self.paths[name].reset() and f"connections of {NAMES[name]} cut"

    def hole(self, later):
        """Nothing passes, and no connection is closed."""
        if (name := self._sound_path()) is None:
            return None
        self.paths[name].hold()
        self._end_later(name, self.paths[name].release, later)
        return f"{NAMES[name]} a black hole for {self.seconds:.0f} s"

    def half_open(self, later):
        """Every connection of a path is cut for one end; the other waits for what does not come."""
        name, gone = self._sound_path(), self.chance.choice(list(End))
        if name is None or not self.paths[name].leave_half_open(gone):
            return None
        self._end_later(name, self.paths[name].bury, later)
        return f"{NAMES[name]} half open for {self.seconds:.0f} s, the {gone.value} gone"

    def _sound_path(self):
        sound = sorted(self.paths.keys() - self._faulty)
        return self.chance.choice(sound) if sound else None

    def _end_later(self, name, end, later):
        def recover():
            end()
            self._faulty.discard(name)

        self._faulty.add(name)
        later(self.seconds, recover)
