"""A Django project of another business, blank but for what the README says; it runs from its folder alone."""

import signal
import subprocess
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg

from services.embedded.children import start_child
from tests.support.backing_services import stop
from tests.whole.wheel.readme import BLOCKS

# What a project has of its own, and the README does not speak of: its database and its broker. The tests' PostgreSQL
# saves its disk, which a worker would refuse; and small batches leave something to do for who comes after a kill.
SURROUNDINGS = """
DATABASES = {{"default": {database}}}
MESSAGING |= {{"KAFKA_BOOTSTRAP_SERVERS": "{broker}", "KAFKA_PROFILE": "embedded", "ALLOW_UNSAFE_DATABASE": True}}
MESSAGING |= {{"RELAY_BATCH_SIZE": 20, "CONSUMER_BATCH_SIZE": 20}}
"""


class Folder:
    """Files that stand alone, and what runs there: its processes, its database."""

    def __init__(self, folder, programs, connection, variables=None):
        self.folder, self.programs, self.connection, self.variables = folder, programs, connection, variables or {}

    def write(self, path, text):
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def append(self, path, text):
        with (self.folder / path).open("a") as file:
            file.write(text)

    def manage(self, *words):
        """Run a command to its end; returns what it printed."""
        return self._run("python", "manage.py", *words, cwd=self.folder)

    @contextmanager
    def running(self, *words):
        """A command that goes on; what it prints lies beside the project. Ends by SIGTERM."""
        with (self.folder / "output").open("ab") as output:
            command = [self.programs / "python", "manage.py", *words]
            process = start_child(command, cwd=self.folder, environment=self.variables, stdout=output, stderr=output)
        try:
            yield process
        finally:
            stop(process, signal.SIGTERM)

    def _run(self, program, *words, cwd):
        command = [self.programs / program, *words]
        done = subprocess.run(command, cwd=cwd, env=self.variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rows(self, query):
        return self.connection.execute(query).fetchall()

    def count(self, table):
        return self.rows(f"SELECT count(*) FROM {table}")[0][0]


class Project(Folder):
    """One of the README's two projects, which Django's own command begins."""

    def __init__(self, name, folder, programs, connection):
        super().__init__(folder / name, programs, connection)
        self.name = name
        self._run("django-admin", "startproject", name, cwd=folder)
        self.type(BLOCKS)

    def type(self, blocks):
        """What of these is in files of this project."""
        for path, text in blocks.items():
            if path.startswith(f"{self.name}/"):
                self.append(path, text)

    def set_surroundings(self, database_url, broker):
        url = urlsplit(database_url)
        database = {"ENGINE": "django.db.backends.postgresql", "NAME": url.path.removeprefix("/")}
        database |= {"HOST": url.hostname, "PORT": url.port, "USER": url.username, "PASSWORD": url.password}
        self.append(f"{self.name}/settings.py", SURROUNDINGS.format(database=database, broker=broker))


@contextmanager
def database(server_url, name):
    """An empty database, owned by who is named in the URL; yields its URL and a connection."""
    url = f"{server_url.rpartition('/')[0]}/{name}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                yield url, connection
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
