"""The storm: faults one after another, in an order that its seed decides."""

import random
import signal
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor

from services.registry import SERVICES
from tests.proof.chaos import clocks, invariants
from tests.proof.chaos.brokers import CUT_SECONDS
from tests.proof.chaos.databases import Databases
from tests.proof.chaos.ends import Ends
from tests.proof.chaos.network import Network
from tests.proof.chaos.topics import Topics
from tests.support.backing_services import stop

MESSAGING = [f"{name}.{role}" for name, service in SERVICES.items() for role in service.workers]
WEB = list(SERVICES)
LOYALTY = ("loyalty", "loyalty.consumer", "loyalty.chores")  # where the storm is with it
PAUSE_SECONDS = 8.0
EXTRA_MEMBER_SECONDS = 6.0
WRONG_CLOCK_SECONDS = 10.0
LONG = ("locks",)
# So often in all a fault may be impossible at its moment: its process is dead already, or the broker is away.
MOST_PUT_OFF = 120


class Storm:
    """One fault after another, a second apart; `done` counts those that happened, by what they are.

    `silence` and `lock`: for so many seconds a path is silent, an account is locked. `keys`: so many are parked.
    """

    def __init__(self, shop, brokers, *, seed, interval, silence, lock, keys, **numbers):
        self.shop = shop
        self.brokers = brokers  # of Apache Kafka; None for the embedded broker
        self.chance = random.Random(seed)
        self.interval = interval
        self.plan = self._in_some_order(numbers)
        self.topics = Topics(shop.values["KAFKA_BOOTSTRAP_SERVERS"], shop.topics, seed)
        self.pausable = [*MESSAGING, *([] if brokers else ["broker"])]
        self.network = Network(shop.paths, self.chance, silence)
        self.databases = Databases(shop, self.chance)
        self.ends = Ends()
        self.silence, self.lock, self.keys = silence, lock, keys
        self.done = Counter()
        self._pool = ThreadPoolExecutor()
        self._background = []

    def _in_some_order(self, numbers):
        """What lasts long begins in the first third, so that the rest happens meanwhile."""
        plan = [kind for kind, number in numbers.items() if kind not in LONG for _ in range(number)]
        self.chance.shuffle(plan)
        for kind in LONG:
            for _ in range(numbers.get(kind, 0)):
                plan.insert(self.chance.randrange(len(plan) // 3 + 1), kind)
        return plan

    @property
    def seconds(self):
        return len(self.plan) * self.interval

    def rage(self):
        """All faults of the plan; when it returns, the last one is over. What is impossible now comes again later."""
        self._park()
        began, plan, tries = time.monotonic(), deque(self.plan), 0
        while plan:
            tries += 1
            kind = plan.popleft()
            if what := getattr(self, kind)():
                self.done[what] += 1
            elif tries < len(self.plan) + MOST_PUT_OFF:
                plan.append(kind)
            else:
                raise TimeoutError(f"{kind}: never possible")
            due = began + tries * self.interval
            self._idle(lambda due=due: time.monotonic() >= due)
        self._idle(lambda: all(work.done() for work in self._background))
        for work in self._background:
            work.result()

    def _park(self):
        """Handlers fail for many keys before anything else does, and for a while of the storm."""
        if self.keys:
            self.done["keys that wait, as their handlers fail"] = self.databases.park(self.keys)
            self._later(self.silence, self.databases.release)

    def _idle(self, is_over):
        """Wait; a broker that ended meanwhile is started here, as a child dies with the thread that starts it."""
        while True:
            if self.shop.process.poll() is not None:
                raise RuntimeError("the whole shop has ended")
            if self.brokers:
                self.brokers.cluster.revive()
            if is_over():
                return
            time.sleep(0.1)

    def kills(self):
        """`kill -9` of one process that runs."""
        all_of_them = [*MESSAGING, *WEB, *(LOYALTY if LOYALTY[0] in self.shop.processes() else ())]
        names = self.chance.sample(all_of_them, len(all_of_them))
        name = next(filter(self._kill, names), None)
        return name and f"kill -9 {name}"

    def _kill(self, name):
        done = self.shop.signal(name)
        self.ends.killed[name] += done
        return done

    def wipes(self):
        """The broker dies and loses every topic, message and offset; no poison, for each has been read."""
        try:
            unread = self.topics.confirmed - set(invariants.letters(self.shop))
        except invariants.DatabaseAway:
            return None
        return not unread and self._kill("broker") and "broker wiped"

    def outages(self):
        """The only broker dies and comes back with its data."""
        self._later(0, self.brokers.kill_leader)
        return "broker killed"

    def failovers(self):
        self._later(0, self.brokers.kill_leader)
        return "kill -9 a leading broker of three"

    def rolls(self):
        self._later(0, self.brokers.roll)
        return "all brokers restarted, one by one"

    def cuts(self):
        self._later(0, self.brokers.cut_off)
        return f"SIGSTOP a leading broker for {CUT_SECONDS:.0f} s"

    def postgres(self):
        return self._kill("postgres") and "kill -9 postgres"

    def resets(self):
        return self.network.reset()

    def holes(self):
        return self.network.hole(self._later)

    def half_opens(self):
        return self.network.half_open(self._later)

    def terminations(self):
        service = self.databases.kill_session()
        return service and f"session of {service} killed inside a transaction"

    def locks(self):
        """A stranger's BEGIN holds a shopper's account."""
        session = self.databases.lock_account()
        if session is None:
            return None
        self._later(self.lock, session.close)
        return f"an account locked for {self.lock:.0f} s"

    def clocks(self):
        """Chores with a wrong clock, in the place of those with a right one."""
        name, offset = self.chance.choice(clocks.NAMES), self.chance.choice(clocks.OFFSETS)
        process, port = clocks.start(self.shop, name, offset)

        def take_over():
            clocks.wait_until_it_answers(process, port)
            self._kill(name)
            time.sleep(WRONG_CLOCK_SECONDS)
            self._stop(f"second {name}", process, signal.SIGTERM)

        self._later(0, take_over)
        return f"clock of {name} {offset}"

    def duplicates(self):
        return self.topics.repeat(10) and "10 messages sent again, shuffled"

    def poisons(self):
        return self.topics.poison() and "unreadable message"

    def forgeries(self):
        return self.topics.forge() and "message sent again, altered"

    def disguises(self):
        return self.topics.disguise() and "message sent again, with garbage around what is signed"

    def pauses(self):
        """SIGSTOP: a process that hangs, keeps its locks and its membership for a while, and comes back."""
        name = self.chance.choice(self.pausable)
        if not self.shop.signal(name, signal.SIGSTOP):
            return None
        pid_then = self.shop.processes().get(name)
        self._later(PAUSE_SECONDS, lambda: self._resume(name, pid_then))
        return f"SIGSTOP {name} for {PAUSE_SECONDS:.0f} s"

    def _resume(self, name, pid_then):
        if self.shop.processes().get(name) == pid_then:
            self.shop.signal(name, signal.SIGCONT)

    def rebalances(self):
        """A second consumer joins and leaves."""
        service, how = self.chance.choice(("orders", "payments")), self.chance.choice((signal.SIGTERM, signal.SIGKILL))
        member = self.shop.start("manage.py", service, "consume_inbox")
        self._later(EXTRA_MEMBER_SECONDS, lambda: self._stop(f"second {service}.consumer", member, how))
        return f"second consumer of {service}"

    def _stop(self, name, process, how):
        if process.poll() is not None:
            self.ends.beside.append(f"{name} ended with code {process.returncode}")
        stop(process, how)

    def _later(self, seconds, work):
        def run():
            time.sleep(seconds)
            work()

        self._background.append(self._pool.submit(run))
