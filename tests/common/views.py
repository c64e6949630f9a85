"""A view of the tests' own, behind the settings that every service has."""

import json

from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from services.common.http.permissions import HasServiceToken


def ask(answer, method="get", *, data=None, permission=HasServiceToken, path="/", raw=None, **headers):
    """What a view says whose body is `answer(request)`; the response is rendered, its JSON in `body`."""

    class View(APIView):
        permission_classes = [permission] if permission else []

        def handle(self, request):
            return Response(answer(request))

        get = post = handle

    sent = raw if raw is not None else json.dumps(data)
    factory = getattr(APIRequestFactory(), method)
    request = (
        factory(path, headers=headers)
        if method == "get"
        else factory(path, sent, content_type="application/json", headers=headers)
    )
    response = View.as_view()(request).render()
    response.body = json.loads(response.content or "null")
    return response
