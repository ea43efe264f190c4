from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"
    verbose_name = "Review"

    def ready(self) -> None:
        from accounts.leaving import ABOUT
        from accounts.models import ONLY_BY_NAME

        from .reading import PERMISSION, who_read_what_of

        ONLY_BY_NAME.add(PERMISSION)
        ABOUT["who-read-what"] = who_read_what_of
