"""A supervisor over small stand-in processes: `python -m tests.embedded.stand_ins FOLDER '[{"name": "a"}, …]'`.

A stand-in says `begins`, is ready once the file `<name>.ready` is there (`"ready": false` keeps it from making that
itself), says `ends` on its stop signal, and takes its time or refuses where it is told to.
"""

import json
import sys
from functools import partial
from pathlib import Path

from services.embedded import supervisor
from services.embedded.output import Output
from services.embedded.process import Launch, Process

LONG_RUNNING = """
trap 'kill $!; echo ends; exit 0' TERM
echo "begins $$"
{touch}
sleep 1000 & wait
"""
STUBBORN = """
trap '' TERM
echo "begins $$"
{touch}
while :; do sleep 1000; done
"""
STEP = """
echo "begins $$"
exit {code}
"""


def process(folder, name, needs=(), follows=(), ready=True, once=False, code=0, stubborn=False, breaks=False):
    file = folder / f"{name}.ready"
    script = (STUBBORN if stubborn else LONG_RUNNING).format(touch=f"touch '{file}'" if ready else "")
    if once or breaks:
        script = STEP.format(code=code)

    def launch():
        file.unlink(missing_ok=True)
        return Launch(["sh", "-c", script], file.exists)

    return Process(name, launch, needs, follows, once=once)


def main():
    folder, wanted = Path(sys.argv[1]), json.loads(sys.argv[2])
    supervisor.STOP_SECONDS = 0.5
    processes = [process(folder, **one) for one in wanted]
    output = Output([])
    sys.exit(supervisor.Supervisor(processes, output, on_ready=partial(output.plain, "all ready")).run())


if __name__ == "__main__":
    main()
