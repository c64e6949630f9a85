"""`users` and `tokens`: registering, signing in and out."""

from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError as InvalidUser
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from services.common.http.lockout import LockedOut, address_of, turn
from services.common.http.openapi import answers
from services.common.http.problems import Problem
from services.gateway.api.inputs import CredentialsSerializer
from services.gateway.api.serializers import TokenSerializer, UserSerializer
from services.gateway.models import User
from services.gateway.use_cases import people
from services.gateway.use_cases.throttles import count_registration


class UserCreate(APIView):
    authentication_classes = ()  # a stale token must keep nobody from registering
    permission_classes = (AllowAny,)

    @extend_schema(request=CredentialsSerializer, responses=answers({201: UserSerializer}, 400, 413, 415, 429))
    def post(self, request: Request) -> Response:
        """Register."""
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        if seconds := count_registration(address_of(request._request)):
            raise LockedOut(seconds)
        try:
            with turn():
                user = people.register(**credentials.validated_data)
        except InvalidUser as error:
            raise ValidationError(error.message_dict) from error
        return Response(UserSerializer(user).data, 201)


class TokenCreate(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(request=CredentialsSerializer, responses=answers({201: TokenSerializer}, 400, 401, 413, 415, 429))
    def post(self, request: Request) -> Response:
        """Sign in: the token is shown this once."""
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        user = authenticate(request._request, **credentials.validated_data)
        if not isinstance(user, User):
            challenge = {"WWW-Authenticate": "Bearer"}
            raise Problem(401, "wrong-credentials", _("The username or the password is wrong."), headers=challenge)
        return Response(TokenSerializer(people.issue_token(user)).data, 201)


class TokenDetail(APIView):
    @extend_schema(responses=answers({204: None}, 401, 429))
    def delete(self, request: Request) -> Response:
        """Sign out: this token is no longer valid."""
        request.auth.delete()
        return Response(status=204)
