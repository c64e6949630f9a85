"""A user's own keys on a page: another password, browsers and programs that are signed in, out everywhere."""

import re

import pytest
from django.test import Client
from django.utils import translation
from knox.models import AuthToken

from services.common.http.lockout import OF_ACCOUNT
from services.gateway.models import Session, User
from services.gateway.viewmodels.security import browser
from tests.gateway.browsing import Offers, text_of

pytestmark = pytest.mark.django_db
PASSWORD, ANOTHER = "a-long-enough-secret", "another-long-secret"
URL = "/account/security/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
HTMX = {"HX-Request": "true", "HX-Target": "keys"}


@pytest.fixture(autouse=True)
def catalogue(orders, payments):
    orders.answer("GET", "categories", {"results": []})
    orders.answer("GET", "products", {"next": None, "previous": None, "results": []})


@pytest.fixture
def sign_in(user):
    def sign_in(agent=FIREFOX, path="/login/", password=PASSWORD):
        client = Client(headers={"User-Agent": agent})
        client.post(path, {"username": "ada", "password": password})
        return client

    return sign_in


@pytest.fixture
def browser_of_ada(sign_in):
    return sign_in()


def is_signed_in(client):
    return client.get(URL).status_code == 200


def opens_api(secret):
    return Client().get("/api/v1/orders", headers={"Authorization": f"Bearer {secret}"}).status_code != 401


def change(client, current=PASSWORD, password=ANOTHER, **options):
    return client.post(URL, {"current": current, "password": password}, **options)


def keys_of(client):
    return client.get(URL).context["page"].keys


def test_new_password_ends_every_other_session_and_all_tokens_and_this_browser_stays(sign_in, user):
    here, there = sign_in(), sign_in(SAFARI)
    _, secret = AuthToken.objects.create(user)
    response = change(here, follow=True)
    assert "Your password is changed." in text_of(response)
    assert (is_signed_in(here), is_signed_in(there), opens_api(secret)) == (True, False, False)
    assert Session.objects.filter(user=user).count() == 1
    assert is_signed_in(sign_in(password=ANOTHER))
    assert not is_signed_in(sign_in(password=PASSWORD))


def test_session_has_another_key_after_a_new_password(browser_of_ada):
    before = browser_of_ada.cookies["shop_session"].value
    change(browser_of_ada)
    assert browser_of_ada.cookies["shop_session"].value != before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"current": "wrong"}, "That is not your password."),
        ({"password": "short"}, "too short"),
        ({"password": "password"}, "too common"),
        ({"password": ""}, "required"),
        ({"current": "a\0b"}, "Null characters"),
    ],
)
def test_form_says_why_a_password_is_not_changed(browser_of_ada, user, typed, said):
    response = change(browser_of_ada, **typed)
    assert response.status_code == 422
    assert said in text_of(response)
    assert User.objects.get().password == user.password
    assert is_signed_in(browser_of_ada)


def test_wrong_current_passwords_lock_as_those_of_a_sign_in_do(browser_of_ada):
    for _ in range(OF_ACCOUNT.tries):
        assert change(browser_of_ada, current="wrong").status_code == 422
    response = change(browser_of_ada)
    assert (response.status_code, bool(response["Retry-After"])) == (429, True)


def test_page_lists_browsers_and_says_which_is_this_one(sign_in):
    sign_in(SAFARI)
    rows = keys_of(sign_in()).sessions
    assert [(row.name, row.is_current) for row in rows] == [("Firefox, Linux", True), ("Safari, iPhone", False)]
    assert all("UTC" in row.since for row in rows)


def test_sign_in_to_the_admin_is_listed_too(user, sign_in):
    User.objects.update(is_staff=True)
    sign_in(SAFARI, path="/admin/login/")
    assert [row.name for row in keys_of(sign_in()).sessions] == ["Firefox, Linux", "Safari, iPhone"]


def test_page_names_no_key_that_opens_anything(sign_in, user):
    here = sign_in()
    other = sign_in(SAFARI).cookies["shop_session"].value
    _, secret = AuthToken.objects.create(user)
    page = text_of(here.get(URL))
    assert secret not in page
    assert other not in page


def test_browser_that_is_signed_out_in_the_list_is_signed_out(sign_in):
    here, there = sign_in(), sign_in(SAFARI)
    [end] = [path for path in Offers(here.get(URL)).forms if path.endswith("/end/")]
    response = here.post(end, follow=True)
    assert "That browser is signed out." in text_of(response)
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)


def test_token_that_is_revoked_in_the_list_lets_nobody_in(browser_of_ada, user):
    (_, kept), (_, lost) = AuthToken.objects.create(user), AuthToken.objects.create(user)
    [revoke] = [path for path in Offers(browser_of_ada.get(URL)).forms if lost[:15] in path]
    assert "no longer valid" in text_of(browser_of_ada.post(revoke, follow=True))
    assert (opens_api(kept), opens_api(lost)) == (True, False)


def test_with_htmx_the_lists_alone_are_drawn_anew(sign_in):
    here = sign_in()
    sign_in(SAFARI)
    [end] = [path for path in Offers(here.get(URL)).forms if path.endswith("/end/")]
    fragment = text_of(here.post(end, headers=HTMX, follow=True))
    assert fragment.startswith('<section id="keys"')
    assert "That browser is signed out." in fragment
    assert "Safari" not in fragment


def test_nobody_ends_a_session_or_a_token_of_another(sign_in, user):
    here = sign_in()
    handle = keys_of(here).sessions[0].handle
    token, secret = AuthToken.objects.create(user)
    stranger = Client()
    stranger.force_login(User.objects.create_user("eve"))
    stranger.post(f"{URL}sessions/{handle}/end/")
    stranger.post(f"{URL}tokens/{token.token_key}/revoke/")
    assert is_signed_in(here)
    assert opens_api(secret)


def test_out_everywhere_ends_all_sessions_this_one_too_and_all_tokens(sign_in, user):
    here, there = sign_in(), sign_in(SAFARI)
    _, secret = AuthToken.objects.create(user)
    response = here.post(f"{URL}sign-out/", follow=True)
    assert "You are signed out everywhere." in text_of(response)
    assert (is_signed_in(here), is_signed_in(there), opens_api(secret)) == (False, False, False)


def test_page_speaks_russian(browser_of_ada):
    page = text_of(browser_of_ada.get(URL, headers={"Accept-Language": "ru"}))
    main = page[page.index("<main") : page.index("</main>")]
    words = re.sub(r"<[^>]*>|Firefox|Linux|UTC", " ", main)
    assert "Вход и безопасность" in words
    assert re.findall("[A-Za-z]+", words) == []


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15) AppleWebKit/605 Version/18 Safari/605", "Safari, macOS"),
        ("", "Unknown browser"),
        ("<script>", "Unknown browser"),
    ],
)
def test_browser_is_named_as_far_as_it_says(agent, name):
    with translation.override("en"):
        assert browser(agent) == name
