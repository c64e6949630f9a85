"""`make scenario URL=http://localhost:8000`."""

import argparse
import sys

import requests

from tests.proof.scenario.steps import run


def main():
    parser = argparse.ArgumentParser(prog="make scenario", description="Ten steps against a running shop.")
    parser.add_argument("--url", default="http://localhost:8000")
    url = parser.parse_args().url
    try:
        run(url)
    except AssertionError as fault:
        sys.exit(f"the shop at {url} fails: {fault}")
    except requests.RequestException as fault:
        sys.exit(f"the shop at {url} does not answer: {fault}")
    except (KeyError, TypeError) as fault:
        sys.exit(f"the shop at {url} answers in another form than promised: {fault!r}")
    print("the scenario passes")


if __name__ == "__main__":
    main()
