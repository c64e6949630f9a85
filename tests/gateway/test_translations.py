"""The Russian catalogues are complete, and compiled from what stands beside them; needs no gettext."""

import ast
import re

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = settings.BASE_DIR
OWNERS = ("common", "gateway")
FUNCTIONS = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "gettext_noop"}
LITERAL = r"u?('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
CALL = re.compile(rf"\b(_|p?n?gettext)\(\s*{LITERAL}(?:\s*,\s*{LITERAL})?")
NAME = re.compile(r"%\((\w+)\)[sd]")


def of_module(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if texts:
                yield texts[1] if node.func.id == "pgettext" else texts[0]


def of_template(path):
    for name, first, second in CALL.findall(templatize(path.read_text())):
        yield ast.literal_eval(second if name == "pgettext" else first)


def strings_of(owner):
    found = set()
    for path in (ROOT / "services" / owner).rglob("*.py"):
        found |= set(of_module(path))
    for path in (ROOT / "templates" / owner).rglob("*.html"):
        found |= set(of_template(path))
    return found


@pytest.fixture(scope="module", params=OWNERS)
def owner(request):
    return request.param


@pytest.fixture(scope="module")
def folder(owner):
    return ROOT / "services" / owner / "locale" / "ru" / "LC_MESSAGES"


@pytest.fixture(scope="module")
def catalogue(folder):
    return polib.pofile(str(folder / "django.po"))


def test_only_these_say_anything():
    speakers = {path.name for path in (ROOT / "services").iterdir() if path.is_dir() and strings_of(path.name)}
    assert speakers == set(OWNERS)
    assert len(strings_of("gateway")) > 150  # the search itself works


def test_every_string_is_translated(owner, catalogue):
    known = {entry.msgid for entry in catalogue if entry.translated() and not entry.obsolete}
    assert strings_of(owner) - known == set()


def test_nothing_is_kept_that_nobody_says(owner, catalogue):
    assert {entry.msgid for entry in catalogue} - strings_of(owner) == set()


def test_plurals_have_all_their_forms(catalogue):
    for entry in catalogue:
        if entry.msgid_plural:
            assert [bool(text) for text in entry.msgstr_plural.values()] == [True] * 4


def test_translations_fill_in_the_same_names(catalogue):
    for entry in catalogue:
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text:
                assert sorted(NAME.findall(text)) == sorted(NAME.findall(entry.msgid)), entry.msgid


def test_compiled_catalogue_is_current(folder, catalogue):
    compiled = polib.mofile(str(folder / "django.mo"))
    written = {(entry.msgctxt, entry.msgid): (entry.msgstr, entry.msgstr_plural) for entry in catalogue}
    assert {(entry.msgctxt, entry.msgid): (entry.msgstr, entry.msgstr_plural) for entry in compiled} == written
