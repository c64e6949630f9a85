import pytest
from django.utils import translation
from rest_framework.exceptions import ValidationError

from services.common.http.fields import AmountField, MoneyInputSerializer, MoneySerializer, StrictIntegerField
from services.common.money import MAX_AMOUNT, Money


def refusal_of(field, value):
    with pytest.raises(ValidationError) as refused:
        field.run_validation(value)
    return [str(each) for each in refused.value.detail]


@pytest.mark.parametrize("value", ["7", 7.0, True, [7], {}, float("nan")])
def test_what_is_no_json_integer_is_refused_and_not_converted(value):
    assert refusal_of(StrictIntegerField(), value) == ["A whole number is required."]


def test_refusal_is_told_in_the_readers_language():
    with translation.override("ru"):
        assert refusal_of(StrictIntegerField(), "7") == ["Нужно целое число."]


@pytest.mark.parametrize("value", [1, MAX_AMOUNT])
def test_amount_may_reach_its_bounds(value):
    assert AmountField().run_validation(value) == value


@pytest.mark.parametrize("value", [0, -1, MAX_AMOUNT + 1, 10**400])
def test_amount_may_not_pass_its_bounds(value):
    assert len(refusal_of(AmountField(), value)) == 1


def test_money_is_told_in_minor_units_beside_its_currency():
    assert MoneySerializer(Money(12_345, "RUB")).data == {"amount": 12_345, "currency": "RUB"}


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({}, {"amount", "currency"}),
        ({"amount": "1", "currency": "RUB"}, {"amount"}),
        ({"amount": 1, "currency": "RU"}, {"currency"}),
        ({"amount": 1, "currency": "RU\0"}, {"currency"}),
        ([], {"non_field_errors"}),
    ],
)
def test_money_that_a_client_sends_is_checked(data, wrong):
    serializer = MoneyInputSerializer(data=data)
    assert not serializer.is_valid()
    assert set(serializer.errors) == wrong
