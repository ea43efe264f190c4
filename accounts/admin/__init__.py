from .group import GroupAdmin
from .person import PersonAdmin
from .rows import ReadOnlyAdmin, RecordAdmin, UnnamedHistory
from .site import InvitationAdmin, SetupLinkAdmin, SiteSettingsAdmin
from .ways_in import AuthenticatorAdmin, EmailAddressAdmin, UserSessionAdmin, WayInAdmin

__all__ = [
    "AuthenticatorAdmin",
    "EmailAddressAdmin",
    "GroupAdmin",
    "InvitationAdmin",
    "PersonAdmin",
    "ReadOnlyAdmin",
    "RecordAdmin",
    "SetupLinkAdmin",
    "SiteSettingsAdmin",
    "UnnamedHistory",
    "UserSessionAdmin",
    "WayInAdmin",
]
