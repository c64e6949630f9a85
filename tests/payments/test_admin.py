import pytest

from tests.payments.builders import open_with


@pytest.mark.parametrize("model", ["account", "ledgerentry", "settlement"])
def test_records_are_looked_at_and_never_edited(admin_client, model):
    account = open_with(100)
    url = f"/admin/payments/{model}/"
    for query in ("", "?q=nonsense", f"?q={account.id}"):
        assert admin_client.get(url + query).status_code == 200
    assert admin_client.get(f"{url}add/").status_code == 403
    if model == "account":
        assert admin_client.get(f"{url}{account.id}/change/").status_code == 200
        assert admin_client.post(f"{url}{account.id}/change/", {"amount": 10**6}).status_code == 403
        assert admin_client.post(f"{url}{account.id}/delete/", {"post": "yes"}).status_code == 403
