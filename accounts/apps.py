from allauth.account.apps import AccountConfig
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")
    default = True


class AddressesConfig(AccountConfig):
    """allauth's app, under the name of all it keeps: the admin would have two sections “Accounts”."""

    verbose_name = _("E-mail addresses")
