from django.http import HttpResponse


def asking_to_wait(response: HttpResponse, seconds: int) -> HttpResponse:
    """Return `response` with Retry-After, if there is anything to wait for."""
    if seconds:
        response["Retry-After"] = str(seconds)
    return response
