"""A shopper without JavaScript, who presses whatever a page offers."""

from html.parser import HTMLParser


class Offers(HTMLParser):
    """The forms of a page's main part, by action, and its links, by their words."""

    def __init__(self, response):
        super().__init__()
        self.forms = {}
        self.links = {}
        self._in_main = False
        self._form = self._link = None
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self._in_main |= tag == "main"
        if tag == "form" and self._in_main:
            self._form = self.forms.setdefault(given["action"], {})
        elif tag == "input" and self._form is not None:
            self._form[given["name"]] = given.get("value", "")
        elif tag == "a" and self._in_main:
            self._link = given["href"]

    def handle_data(self, data):
        if self._link and data.strip():
            self.links[data.strip()] = self._link

    def handle_endtag(self, tag):
        self._in_main &= tag != "main"
        self._form = None if tag == "form" else self._form
        self._link = None if tag == "a" else self._link


def press(client, response, path, **typed):
    """Send the form that the page offers for this address, or look again where it offers none."""
    offers = Offers(response)
    if path in offers.forms:
        return client.post(path, {**offers.forms[path], **typed}, follow=True)
    return client.get(offers.links["Look again"], follow=True)


def text_of(response):
    return response.content.decode()
