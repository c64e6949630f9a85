"""`account`: the caller's own; `accounts`: any, for staff."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.http import idempotency
from services.common.http.openapi import answers
from services.gateway.api.inputs import AccountQuery, NewDepositSerializer
from services.gateway.api.pagination import PageQuery, page_body, query_of
from services.gateway.api.serializers import (
    AccountSerializer,
    BalanceSerializer,
    DepositSerializer,
    EntryPageSerializer,
    EntrySerializer,
)
from services.gateway.clients.upstreams import upstreams_for


class AccountDetail(APIView):
    @extend_schema(responses=answers({200: AccountSerializer}, 401, 404, 429, 503))
    def get(self, request: Request) -> Response:
        """The caller's account."""
        return Response(AccountSerializer(upstreams_for(request.user).payments.account()).data)

    @extend_schema(request=None, responses=answers({200: AccountSerializer, 201: AccountSerializer}, 401, 429, 503))
    def post(self, request: Request) -> Response:
        """Open the account; again gives the same one."""
        opened = upstreams_for(request.user).payments.open_account()
        return Response(AccountSerializer(opened.account).data, 201 if opened.created else 200)


class BalanceDetail(APIView):
    @extend_schema(responses=answers({200: BalanceSerializer}, 401, 404, 429, 503))
    def get(self, request: Request) -> Response:
        """The balance alone."""
        return Response(BalanceSerializer(upstreams_for(request.user).payments.account()).data)


class DepositCreate(APIView):
    @extend_schema(
        parameters=[idempotency.PARAMETER, idempotency.REPLAYED_PARAMETER],
        request=NewDepositSerializer,
        responses=answers({201: DepositSerializer}, 400, 401, 404, 409, 413, 415, 422, 429, 503),
    )
    def post(self, request: Request) -> Response:
        """Put money on the account."""
        deposit = NewDepositSerializer(data=request.data)
        deposit.is_valid(raise_exception=True)
        made = upstreams_for(request.user).payments.deposit(
            deposit.validated_data["amount"], idempotency_key=idempotency.read_key(request)
        )
        return Response(
            DepositSerializer(made.deposit).data, 201, headers=idempotency.REPLAYED if made.replayed else None
        )


class EntryList(APIView):
    @extend_schema(
        operation_id="account_entries_list",
        parameters=[PageQuery],
        responses=answers({200: EntryPageSerializer}, 400, 401, 404, 429, 503),
    )
    def get(self, request: Request) -> Response:
        """What came in and went out, newest first."""
        page = upstreams_for(request.user).payments.entries(**query_of(request, PageQuery))
        return Response(page_body(request, page, EntrySerializer))


class AccountList(APIView):
    permission_classes = (IsAdminUser,)

    @extend_schema(
        operation_id="accounts_retrieve",
        parameters=[AccountQuery],
        responses=answers({200: AccountSerializer}, 400, 401, 403, 404, 429, 503),
    )
    def get(self, request: Request) -> Response:
        """The account of a user; for staff."""
        query = query_of(request, AccountQuery)
        return Response(AccountSerializer(upstreams_for(request.user).payments.account_of(query["user_id"])).data)
