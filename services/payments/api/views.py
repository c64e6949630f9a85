"""The views of payments: each user sees and moves their own money."""

import uuid

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.http import idempotency
from services.common.http.pagination import NewestFirst
from services.common.http.permissions import HasAuditScope, IsStaff, user_id_of
from services.common.http.problems import ProblemSerializer
from services.common.timeline import TimelineSerializer
from services.payments import queries, use_cases
from services.payments.api import serializers
from services.payments.models import MAX_BALANCE, Account, LedgerEntry

UNAUTHORIZED = {401: ProblemSerializer}
NOT_FOUND = {**UNAUTHORIZED, 404: ProblemSerializer}
FOR_FEW = {400: ProblemSerializer, **UNAUTHORIZED, 403: ProblemSerializer}
DEPOSITING = dict.fromkeys((400, 401, 404, 409, 413, 415, 422), ProblemSerializer)
NO_ACCOUNT = "There is no account yet."


def account_of(user_id: uuid.UUID) -> Account:
    account = queries.accounts_of(user_id).first()
    if account is None:
        raise NotFound(NO_ACCOUNT)
    return account


class AccountView(APIView):
    """The caller's account."""

    @extend_schema(responses={200: serializers.AccountSerializer, **NOT_FOUND})
    def get(self, request: Request) -> Response:
        """The account and its balance."""
        return Response(serializers.AccountSerializer(account_of(user_id_of(request))).data)

    @extend_schema(
        request=None,
        responses={
            200: serializers.AccountSerializer,
            201: serializers.AccountSerializer,
            **UNAUTHORIZED,
        },
    )
    def post(self, request: Request) -> Response:
        """Open the account (201); where it is open already, the same one (200)."""
        account, opened = use_cases.open_account(user_id=user_id_of(request), now=timezone.now())
        return Response(serializers.AccountSerializer(account).data, status=201 if opened else 200)


class BalanceView(APIView):
    """The balance alone."""

    @extend_schema(responses={200: serializers.BalanceSerializer, **NOT_FOUND})
    def get(self, request: Request) -> Response:
        """The balance of the caller's account."""
        return Response(serializers.BalanceSerializer(account_of(user_id_of(request))).data)


class DepositView(APIView):
    """Money that comes in."""

    @extend_schema(
        parameters=[idempotency.PARAMETER, idempotency.REPLAYED_PARAMETER],
        request=serializers.DepositInputSerializer,
        responses={201: serializers.DepositSerializer, **DEPOSITING},
    )
    def post(self, request: Request) -> Response:
        """Deposit money into the caller's account."""
        body = serializers.DepositInputSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        deposit = self.deposit(request, body.validated_data["amount"])
        headers = idempotency.REPLAYED if deposit.replayed else None
        return Response(serializers.DepositSerializer(deposit.entry).data, status=201, headers=headers)

    def deposit(self, request: Request, amount: int) -> use_cases.Deposit:
        key = idempotency.read_key(request)
        try:
            with idempotency.refusals_as_problems():
                return use_cases.deposit(
                    user_id=user_id_of(request), amount=amount, idempotency_key=key, now=timezone.now()
                )
        except use_cases.NoAccount:
            raise NotFound(NO_ACCOUNT) from None
        except use_cases.BalanceTooLarge:
            raise ValidationError({"amount": [f"The balance may be at most {MAX_BALANCE}."]}) from None


@extend_schema_view(
    get=extend_schema(responses={200: serializers.EntrySerializer(many=True), 400: ProblemSerializer, **NOT_FOUND})
)
class EntryList(generics.ListAPIView[LedgerEntry]):
    """What moved on the caller's account, newest first."""

    serializer_class = serializers.EntrySerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        return queries.entries_of(user_id_of(self.request))


class UsersAccountView(APIView):
    """The account of any user, for staff."""

    permission_classes = [IsStaff]

    @extend_schema(
        parameters=[serializers.AccountQuery],
        responses={200: serializers.UsersAccountSerializer, **FOR_FEW, 404: ProblemSerializer},
    )
    def get(self, request: Request) -> Response:
        """The account of the user named in the query; 404 where there is none."""
        query = serializers.AccountQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        account = account_of(query.validated_data["user_id"])
        return Response(serializers.UsersAccountSerializer(account).data)


class OrderTimeline(APIView):
    """The steps of an order in this service."""

    @extend_schema(responses={200: TimelineSerializer, **UNAUTHORIZED})
    def get(self, request: Request, order_id: uuid.UUID) -> Response:
        """The steps `received`, `settled`, `reply_enqueued` and `reply_produced`, as far as they are."""
        timeline = queries.timeline(user_id=user_id_of(request), order_id=order_id)
        return Response(TimelineSerializer(timeline).data)


class SettlementList(APIView):
    """All settlements, for the audit."""

    permission_classes = [HasAuditScope]

    @extend_schema(
        parameters=[serializers.SettlementQuery],
        responses={200: serializers.SettlementPageSerializer, **FOR_FEW},
    )
    def get(self, request: Request) -> Response:
        """Up to 1,000 settlements whose order id is greater than `after`, ascending."""
        query = serializers.SettlementQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = queries.settlements_after(query.validated_data["after"])
        return Response(serializers.SettlementPageSerializer(page).data)


class BooksView(APIView):
    """The ledger added up, for the audit."""

    permission_classes = [HasAuditScope]

    @extend_schema(responses={200: serializers.BooksSerializer, **UNAUTHORIZED, 403: ProblemSerializer})
    def get(self, request: Request) -> Response:
        """The sum of all entries, and the accounts whose balance is not the sum of their own."""
        return Response(serializers.BooksSerializer(queries.books()).data)
