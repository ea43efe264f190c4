"""What machines ask: whether the process lives, whether it can serve, and what it counts."""

from hmac import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from conversations.streaming import metrics as counted
from conversations.streaming import readiness

PLAIN = "text/plain; charset=utf-8"


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type=PLAIN)


@login_not_required
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    missing = readiness.what_is_missing()
    status = 503 if missing else 200
    return HttpResponse("".join(f"{line}\n" for line in missing or ["ok"]), status=status, content_type=PLAIN)


@login_not_required
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    expected = settings.METRICS_TOKEN
    if not expected or scheme != "Bearer" or not compare_digest(token.encode(), expected.encode()):
        raise Http404
    return HttpResponse(counted.exposition(), content_type=counted.CONTENT_TYPE)
