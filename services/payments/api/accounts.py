"""The views of accounts: each user sees and moves their own money, staff see any account."""

import uuid

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.clock import database_now
from services.common.http import idempotency
from services.common.http.openapi import answers
from services.common.http.pagination import NewestFirst
from services.common.http.permissions import IsStaff, user_id_of
from services.payments import queries, use_cases
from services.payments.api.serializers import (
    AccountQuery,
    AccountSerializer,
    BalanceSerializer,
    DepositInputSerializer,
    DepositSerializer,
    EntrySerializer,
    UsersAccountSerializer,
)
from services.payments.models import MAX_BALANCE, Account, LedgerEntry

NO_ACCOUNT = "There is no account yet."


def account_of(user_id: uuid.UUID) -> Account:
    """The user's account; a 404 where there is none."""
    account = queries.accounts_of(user_id).first()
    if account is None:
        raise NotFound(NO_ACCOUNT)
    return account


class AccountDetail(APIView):
    """The caller's account."""

    @extend_schema(responses=answers({200: AccountSerializer}, 401, 404))
    def get(self, request: Request) -> Response:
        """The account and its balance."""
        return Response(AccountSerializer(account_of(user_id_of(request))).data)

    @extend_schema(request=None, responses=answers({200: AccountSerializer, 201: AccountSerializer}, 401))
    def post(self, request: Request) -> Response:
        """Open the account (201); where it is open already, the same one (200)."""
        account, opened = use_cases.open_account(user_id=user_id_of(request), now=database_now())
        return Response(AccountSerializer(account).data, status=201 if opened else 200)


class BalanceDetail(APIView):
    """The balance alone."""

    @extend_schema(responses=answers({200: BalanceSerializer}, 401, 404))
    def get(self, request: Request) -> Response:
        """The balance of the caller's account."""
        return Response(BalanceSerializer(account_of(user_id_of(request))).data)


class DepositCreate(APIView):
    """Money that comes in."""

    @extend_schema(
        parameters=[idempotency.PARAMETER, idempotency.REPLAYED_PARAMETER],
        request=DepositInputSerializer,
        responses=answers({201: DepositSerializer}, 400, 401, 404, 409, 413, 415, 422),
    )
    def post(self, request: Request) -> Response:
        """Deposit money into the caller's account."""
        body = DepositInputSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        deposit = self.deposit(request, body.validated_data["amount"])
        headers = idempotency.REPLAYED if deposit.replayed else None
        return Response(DepositSerializer(deposit.entry).data, status=201, headers=headers)

    def deposit(self, request: Request, amount: int) -> use_cases.Deposit:
        key = idempotency.read_key(request)
        try:
            with idempotency.refusals_as_problems():
                return use_cases.deposit(
                    user_id=user_id_of(request), amount=amount, idempotency_key=key, now=database_now()
                )
        except use_cases.NoAccount:
            raise NotFound(NO_ACCOUNT) from None
        except use_cases.BalanceTooLarge:
            raise ValidationError({"amount": [f"The balance may be at most {MAX_BALANCE}."]}) from None


@extend_schema_view(get=extend_schema(responses=answers({200: EntrySerializer(many=True)}, 400, 401, 404)))
class EntryList(generics.ListAPIView[LedgerEntry]):
    """What moved on the caller's account, newest first."""

    serializer_class = EntrySerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        return queries.entries_of(user_id_of(self.request))


class UsersAccountDetail(APIView):
    """The account of any user, for staff."""

    permission_classes = [IsStaff]

    @extend_schema(
        parameters=[AccountQuery],
        responses=answers({200: UsersAccountSerializer}, 400, 401, 403, 404),
    )
    def get(self, request: Request) -> Response:
        """The account of the user named in the query; 404 where there is none."""
        query = AccountQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        account = account_of(query.validated_data["user_id"])
        return Response(UsersAccountSerializer(account).data)
