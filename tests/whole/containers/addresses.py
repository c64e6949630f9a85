"""Hosts and ports of compose.yaml, as ports of this machine."""

import re

from services.embedded.ports import free_port

OWN = re.compile(r"(?:0\.0\.0\.0|127\.0\.0\.1|localhost|(?<=//)):(\d+)(?!\d)|(?<=--probe-port=)(\d+)")


class Addresses:
    """Each container's port is a free one here; the second gateway speaks to the second orders, if there is one."""

    def __init__(self, scale):
        self.scale = scale  # services by name, with how many there are of each
        self.ports = {}
        hosts = "|".join(sorted(scale, key=len, reverse=True))
        self.others = re.compile(rf"(?:^|(?<=[/@]))({hosts}):(\d+)")

    def port(self, service, number, copy=1):
        """The port here that stands for that of the service's n-th container."""
        place = (service, min(copy, self.scale[service]), int(number))
        if place not in self.ports:
            self.ports[place] = free_port()
        return self.ports[place]

    def here(self, service, copy, text):
        """The text of compose.yaml, for the n-th container of the service."""
        own = OWN.sub(lambda found: self.own(found, service, copy), str(text))
        return self.others.sub(lambda found: f"127.0.0.1:{self.port(found[1], found[2], copy)}", own)

    def own(self, found, service, copy):
        port = self.port(service, found[1] or found[2], copy)
        return f"127.0.0.1:{port}" if found[1] else str(port)
