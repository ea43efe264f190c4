from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    name = "review"
    verbose_name = _("Review")

    def ready(self) -> None:
        from accounts.leaving import ABOUT, FORGETTING, HOLDS
        from accounts.models import ONLY_BY_NAME
        from conversations.services import removing, terms
        from conversations.services.attachments import keeping as files

        from .access import PERMISSION
        from .granting import grants_about
        from .judging.personal import judgements_by, judgements_of
        from .keeping import holds, receipts
        from .keeping.rules import terms_by_rules
        from .modes import forget as forget_modes
        from .reading import who_read_what_of
        from .trail import forget

        ONLY_BY_NAME.add(PERMISSION)
        ABOUT["who-read-what"] = who_read_what_of
        ABOUT["who-may-read"] = grants_about
        ABOUT["judged"] = judgements_of
        ABOUT["judgements-given"] = judgements_by
        FORGETTING.extend((forget, forget_modes, holds.forget))
        ONLY_BY_NAME.add(holds.PERMISSION)
        HOLDS.append(holds.keeps_account)
        removing.KEEPERS.append(holds.kept_by_holds)
        removing.RECORDERS.append(receipts.write_receipt)
        files.FILE_KEEPERS.append(holds.keeps_file)
        terms.SAYS.append(terms_by_rules)
