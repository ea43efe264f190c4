"""The page for those who try too often. The limits are in the settings, the counts in the cache."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# As long as the windows of ACCOUNT_RATE_LIMITS: a place is free again by then.
FAILED_LOGIN_WAIT_S = 300
WAIT_S = 60


def too_many_requests(request: HttpRequest, retry_after_s: int = WAIT_S) -> HttpResponse:
    minutes = -(-retry_after_s // 60)
    response = render(request, "accounts/too_many.html", {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(retry_after_s)
    return response
