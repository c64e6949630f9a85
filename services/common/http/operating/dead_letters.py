"""Dead letters for staff, in groups of one cause: seen, replayed, dismissed, restored, with who, when and why."""

from collections import Counter
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.clock import database_now
from services.common.http.openapi import answers
from services.common.http.operating.letter_serializers import (
    ClosedSerializer,
    GroupDetailSerializer,
    GroupQuery,
    GroupsSerializer,
    NoteSerializer,
    PreviewSerializer,
    ReplayedSerializer,
    ReplaySerializer,
    StateQuery,
)
from services.common.http.permissions import IsStaff, user_id_of
from services.messaging.models import DeadLetter
from services.messaging.operating import wiring
from services.messaging.operating.choice import Choice, dismissed_letters, open_letters
from services.messaging.operating.dismiss import dismiss, restore
from services.messaging.operating.groups import dead_again, deeds_on, groups_of
from services.messaging.operating.redrive import Redriver

LETTERS = {"open": open_letters, "dismissed": dismissed_letters}
SHOWN = 20
AT_ONCE = 1000  # closed or opened by one call
UNPACED = 1.0  # nobody waits: the caller paces its calls


def valid(serializer: type[Any], data: Any) -> Any:
    checked = serializer(data=data)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def letters_of(given: Any, state: str) -> "QuerySet[DeadLetter]":
    """The letters of the group that is meant."""
    return Choice(reason=given["reason"], cause=given["cause"]).among(LETTERS[state]())


def redriver_of(request: Request, note: str = "") -> Redriver:
    return Redriver(wiring.inbox(), by=str(user_id_of(request)), note=note, wait=lambda _: None)


class GroupList(APIView):
    """What could not be handled."""

    permission_classes = [IsStaff]

    @extend_schema(
        operation_id="ops_dead_letters_list",
        parameters=[StateQuery],
        responses=answers({200: GroupsSerializer}, 400, 401, 403),
    )
    def get(self, request: Request) -> Response:
        """The hundred groups that grew last, newest first."""
        state = valid(StateQuery, request.query_params)["state"]
        return Response(GroupsSerializer({"results": groups_of(LETTERS[state]())}).data)


class GroupDetail(APIView):
    """Dead letters of one cause."""

    permission_classes = [IsStaff]

    @extend_schema(parameters=[GroupQuery], responses=answers({200: GroupDetailSerializer}, 400, 401, 403))
    def get(self, request: Request) -> Response:
        """The newest twenty of them, how many died again after they were replayed, and what was done about them."""
        query = valid(GroupQuery, request.query_params)
        letters = letters_of(query, query["state"])
        every = Choice(reason=query["reason"], cause=query["cause"]).among(DeadLetter.objects.all())
        return Response(
            GroupDetailSerializer(
                {
                    "count": letters.count(),
                    "dead_again": dead_again(letters),
                    "letters": letters.order_by("-id")[:SHOWN],
                    "deeds": deeds_on(every),
                }
            ).data
        )


class PreviewDetail(APIView):
    """What replaying would do."""

    permission_classes = [IsStaff]

    @extend_schema(parameters=[GroupQuery], responses=answers({200: PreviewSerializer}, 400, 401, 403))
    def get(self, request: Request) -> Response:
        """What would become of the oldest twenty if they were replayed now; nothing is changed."""
        letters = letters_of(valid(GroupQuery, request.query_params), "open")[:SHOWN]
        outcomes = Counter(str(done.outcome) for done in redriver_of(request).preview(letters))
        return Response(PreviewSerializer({"outcomes": outcomes}).data)


class ReplayCreate(APIView):
    """Another chance for dead letters."""

    permission_classes = [IsStaff]

    @extend_schema(request=ReplaySerializer, responses=answers({200: ReplayedSerializer}, 400, 401, 403, 413, 415))
    def post(self, request: Request) -> Response:
        """Replay the oldest letters of the group after a given one; none once too many of this run died again."""
        given = valid(ReplaySerializer, request.data)
        letters, by = letters_of(given, "open"), str(user_id_of(request))
        since = given["since"] or database_now()
        again = dead_again(letters, by=by, since=since) if given["since"] else 0
        chosen = letters.filter(id__gt=given["after"])
        batch = chosen[: given["limit"]] if again < given["stop_at"] else chosen.none()
        results = list(redriver_of(request, given["note"]).redrive(batch, rate=UNPACED))
        last = results[-1].letter.id if results else given["after"]
        told = {
            "since": since,
            "after": last,
            "left": letters.filter(id__gt=last).count(),
            "dead_again": again,
            "results": [{"outcome": each.outcome, "resolved": each.is_resolved} for each in results],
        }
        return Response(ReplayedSerializer(told).data)


class DismissalCreate(APIView):
    """Dead letters that nobody needs."""

    permission_classes = [IsStaff]

    @extend_schema(request=NoteSerializer, responses=answers({200: ClosedSerializer}, 400, 401, 403, 413, 415))
    def post(self, request: Request) -> Response:
        """Close the oldest thousand open letters of the group, with the reason why."""
        given = valid(NoteSerializer, request.data)
        letters = letters_of(given, "open")
        count = dismiss(letters[:AT_ONCE], by=str(user_id_of(request)), note=given["note"])
        return Response(ClosedSerializer({"count": count, "left": letters.count()}).data)


class RestoralCreate(APIView):
    """Dismissed letters that are needed after all."""

    permission_classes = [IsStaff]

    @extend_schema(request=NoteSerializer, responses=answers({200: ClosedSerializer}, 400, 401, 403, 413, 415))
    def post(self, request: Request) -> Response:
        """Open the oldest thousand dismissed letters of the group again."""
        given = valid(NoteSerializer, request.data)
        letters = letters_of(given, "dismissed")
        count = restore(letters[:AT_ONCE], by=str(user_id_of(request)), note=given["note"])
        return Response(ClosedSerializer({"count": count, "left": letters.count()}).data)
