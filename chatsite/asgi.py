"""Django inside a lifespan: what lives as long as the process is opened before the first request."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from django.conf import settings  # noqa: E402

from .bodies import BodyLimit  # noqa: E402
from .lifespan import Lifespan  # noqa: E402

application = Lifespan(
    BodyLimit(django_application, large={"/transfer/": settings.IMPORT_MAX_BYTES}, forms=settings.BODY_BYTES)
)
