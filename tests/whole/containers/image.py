"""Carries out the Dockerfile in a folder that plays the root of the file system: `/app` becomes `FOLDER/app`."""

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

from services.common.env import ROOT

DOCKERFILE = ROOT / "Dockerfile"
INSIDE = re.compile(r"(?<![\w.])/(?=(app|opt/venv|secrets|tmp)\b)")
# Needs root and would stay on this machine; who owns what is left to the engine.
OF_THE_ENGINE = re.compile(r"(groupadd|useradd) [^&]*&& |--(owner|group)=\S+ ")


def instructions():
    """The Dockerfile's (instruction, argument) pairs."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line.strip()]


class Image:
    """What the last stage left: its files below `folder`, its environment, its healthcheck."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {}
        self.directory = "/"
        self.healthcheck = []

    def build(self):
        for instruction, argument in instructions():
            print(f"{instruction} {argument}"[:119], flush=True)
            getattr(self, f"do_{instruction.lower()}", self.ignore)(argument)

    def ignore(self, argument):
        """USER, EXPOSE, CMD: said by compose.yaml for each service, or the engine's."""

    def do_from(self, argument):
        wanted = re.match(r"python:(\d+\.\d+)", argument)[1]
        assert wanted == f"{sys.version_info.major}.{sys.version_info.minor}", f"run this with Python {wanted}"
        if self.folder.exists():  # a new stage; the path stays, as scripts in the venv name it
            shutil.move(self.folder, self.first_stage)
        self.folder.mkdir()
        (self.folder / "tmp").mkdir()
        self.directory = "/"
        self.environment = {"PATH": f"{os.path.dirname(sys.executable)}:/usr/bin:/bin", "LANG": "C.UTF-8"}

    @property
    def first_stage(self):
        return self.folder.with_suffix(".build")

    def do_env(self, argument):
        for word in shlex.split(argument):
            name, _, value = word.partition("=")
            self.environment[name] = self.mapped(value.replace("$PATH", self.environment["PATH"]))

    def do_workdir(self, argument):
        self.directory = argument
        self.path(argument).mkdir(parents=True, exist_ok=True)

    def do_copy(self, argument):
        *options, source, target = argument.split()
        if options:
            shutil.copytree(self.first_stage / source[1:], self.path(target), symlinks=True, dirs_exist_ok=True)
            return
        for file in context():
            if source == "." or file == source:
                copy = self.path(self.directory) / file
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / file, copy)

    def do_run(self, argument):
        self.run(["sh", "-euc", OF_THE_ENGINE.sub("", argument)], check=True)

    def do_healthcheck(self, argument):
        self.healthcheck = json.loads(argument.partition("CMD ")[2])

    def run(self, command, environment=None, **options):
        """Run it to its end, as in a container that was given this environment and nothing else."""
        return subprocess.run(**self.process(command, environment or {}), **options)

    def process(self, command, environment):
        """Arguments for `Popen`."""
        everything = {**self.environment, **environment}
        return {
            "args": [self.mapped(word) for word in command],
            "env": {name: self.mapped(value) for name, value in everything.items()},
            "cwd": self.path(self.directory),
        }

    def path(self, inside):
        return self.folder / inside.lstrip("/")

    def mapped(self, text):
        """The text, with the paths inside the image as they are here."""
        return INSIDE.sub(f"{self.folder}/", text) if str(self.folder) not in text else text

    def files(self):
        """Every file of the image with its time of change: a container cannot write to them."""
        found = (path for part in ("app", "opt") for path in self.path(part).rglob("*") if path.is_file())
        return {path: path.stat().st_mtime_ns for path in found}


def context():
    """The files that reach the build: those of the repository that .dockerignore lets through."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [file for file in files if not ignored(file) and (ROOT / file).is_file()]


def ignored(file):
    """Whether .dockerignore keeps the file out: the last rule that fits decides."""
    verdict = False
    for rule in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = rule.removeprefix("!").strip("/")
        if rule and not rule.startswith("#") and fits(file, pattern):
            verdict = not rule.startswith("!")
    return verdict


def fits(file, pattern):
    """Whether the pattern names the file or a folder above it."""
    parts = file.split("/")
    above = ["/".join(parts[: i + 1]) for i in range(len(parts))]
    if pattern.startswith("**/"):
        return pattern[3:] in parts
    depth = pattern.count("/")
    return any(fnmatch.fnmatch(path, pattern) for path in above if path.count("/") == depth)
