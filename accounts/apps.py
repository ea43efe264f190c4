from allauth.account.apps import AccountConfig
from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"
    default = True


class AddressesConfig(AccountConfig):
    """allauth's app, under the name of all it keeps: the admin would have two sections “Accounts”."""

    verbose_name = "E-mail addresses"
