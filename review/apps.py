from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    name = "review"
    verbose_name = _("Review")

    def ready(self) -> None:
        from accounts.leaving import ABOUT, FORGETTING
        from accounts.models import ONLY_BY_NAME

        from .access import PERMISSION
        from .granting import grants_about
        from .judging.personal import judgements_by, judgements_of
        from .modes import forget as forget_modes
        from .reading import who_read_what_of
        from .trail import forget

        ONLY_BY_NAME.add(PERMISSION)
        ABOUT["who-read-what"] = who_read_what_of
        ABOUT["who-may-read"] = grants_about
        ABOUT["judged"] = judgements_of
        ABOUT["judgements-given"] = judgements_by
        FORGETTING.extend((forget, forget_modes))
