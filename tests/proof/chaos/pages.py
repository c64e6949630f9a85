"""The pages of the shop as a browser without JavaScript has them: cookies, forms, and what stands where."""

import re
import time
from html.parser import HTMLParser
from xml.etree.ElementTree import TreeBuilder

import requests

from tests.proof.chaos.shopper import ANSWER_SECONDS, hang_up

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Answers that tell nothing of what was asked: somebody is away, or too busy.
SILENT = {408, 429, 500, 502, 503, 504}


class Tree(HTMLParser):
    """Well-formed HTML as a tree of elements."""

    def __init__(self, text):
        super().__init__()
        self._builder = TreeBuilder()
        self._builder.start("document", {})
        self.feed(text)
        self._builder.end("document")
        self.root = self._builder.close()

    def handle_starttag(self, tag, attributes):
        self._builder.start(tag, {name: value or "" for name, value in attributes})
        if tag in VOID:
            self._builder.end(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            self._builder.end(tag)

    def handle_data(self, data):
        self._builder.data(data)


class Page:
    """An answer: its address, its status, where it leads, and what stands on it."""

    def __init__(self, path, answer, began):
        self.path = path
        self.status = answer.status_code
        self.is_silent = answer.status_code in SILENT
        self.leads_to = answer.headers.get("Location", "")
        self.began, self.ended = began, time.monotonic()
        self._root = Tree(answer.text).root

    def all(self, name, within=None):
        """The elements with this class, in order."""
        root = self._root if within is None else within
        return [each for each in root.iter() if name in each.get("class", "").split()]

    def texts(self, name, within=None):
        return [text_of(each) for each in self.all(name, within)]

    def text(self, name, within=None):
        """The text of the first element with this class; empty where there is none."""
        return next(iter(self.texts(name, within)), "")

    def by_id(self, name):
        return next((each for each in self._root.iter() if each.get("id") == name), None)

    def form(self, action):
        """The fields of the form that is sent to this address; None where the page offers none."""
        for form in self._root.iter("form"):
            if form.get("action", self.path) == action:
                return {each.get("name"): each.get("value", "") for each in form.iter("input")}
        return None


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def kopecks(text):
    """The first amount of money in an English text."""
    return int(re.sub(r"\D", "", re.search(r"₽[\d,]+\.\d\d", text)[0]))


def order_id_of(path):
    """The id in an order's address."""
    return path.split("/")[2]


class Browser:
    """One browser: its cookies are shared by all its tabs. Where no answer comes, it is None."""

    def __init__(self, url):
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["Accept-Language"] = "en"

    def get(self, path):
        return self._ask("GET", path)

    def post(self, path, fields):
        return self._ask("POST", path, data=fields)

    def post_and_hang_up(self, path, fields, seconds):
        """Send a form, and close the connection so much later without reading the answer."""
        hang_up(self.http.prepare_request(requests.Request("POST", f"{self.url}{path}", data=fields)), seconds)

    def _ask(self, method, path, **options):
        began = time.monotonic()
        try:
            answer = self.http.request(
                method, f"{self.url}{path}", timeout=ANSWER_SECONDS, allow_redirects=False, **options
            )
        except requests.RequestException:
            return None
        return Page(path, answer, began)
