"""What an engineer and staff open: Swagger UI and the admins, all three from local files alone."""

import pytest
import requests
from playwright.sync_api import expect

from tests.whole.browser.conftest import Watch

SERVICES = ("gateway", "orders", "payments")


@pytest.fixture
def open_at(shop, browser):
    """A page of one of the services, watched like the shop's own."""
    opened = []

    def open_page(service):
        url = {"gateway": shop.url, "orders": shop.orders_url, "payments": shop.payments_url}[service]
        context = browser.new_context(base_url=url)
        watch = Watch(url)
        watch.over(context)
        opened.append((context, watch))
        return context.new_page()

    yield open_page
    for context, watch in opened:
        context.close()
        assert watch.complaints == []


def token_for(shop, service):
    if service == "gateway":
        demo = {"username": "demo", "password": "demo-password"}
        return requests.post(f"{shop.url}/api/v1/tokens", json=demo, timeout=10).json()["token"]
    return shop.manage("gateway", "service_token", "--user", "demo", "--audience", service).stdout.strip()


@pytest.mark.parametrize(("service", "path"), [("gateway", "orders"), ("orders", "orders"), ("payments", "account")])
def test_swagger_tries_a_request_out(shop, open_at, service, path):
    page = open_at(service)
    page.goto("/swagger-ui/")
    page.click("button.authorize")
    page.fill(".auth-container input", token_for(shop, service))
    page.click(".auth-btn-wrapper button.authorize")
    page.click(".auth-btn-wrapper button.btn-done")
    operation = page.locator(".opblock-get").filter(has=page.locator(f"[data-path='/api/v1/{path}']"))
    operation.locator(".opblock-summary-control").click()
    operation.locator("button.try-out__btn").click()
    operation.locator("button.execute").click()
    expect(operation.locator(".live-responses-table tr.response .response-col_status").first).to_contain_text("200")


@pytest.mark.parametrize("service", SERVICES)
def test_staff_sign_in_to_the_admin(open_at, service):
    page = open_at(service)
    page.goto("/admin/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", "admin-password")
    page.click("input[type=submit]")
    page.wait_for_selector("#site-name")
    links = page.locator("#content-main th a").evaluate_all("links => links.map(each => each.href)")
    assert links
    for link in links:
        assert page.goto(link).status == 200
