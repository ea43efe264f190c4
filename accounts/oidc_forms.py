"""What is asked of who comes by the provider for the first time and whose name is taken or not given."""

from typing import Any

from allauth.socialaccount.forms import SignupForm as SocialSignupForm

from .forms import Calm


class SignupForm(Calm, SocialSignupForm):  # type: ignore[misc]  # its clean() promises a dict
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The address is what the provider says; another one is added, and confirmed, in the account.
        self.fields.pop("email", None)
