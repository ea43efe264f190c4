"""Addresses of the whole site."""

from django.contrib import admin
from django.urls import include, path

from accounts.entrance import SignupView

from . import wellknown

handler500 = "chatsite.errors.server_error"
handler429 = "accounts.throttle.too_many_requests"

urlpatterns = [
    path("", include("accounts.urls")),  # before the admin: it has the admin's way in
    path("admin/", admin.site.urls),
    path("accounts/signup/", SignupView.as_view(), name="account_signup"),  # before allauth's own
    path("accounts/", include("allauth.urls")),
    path("review/", include("review.urls")),
    path("readers/", include("review.readers_urls")),
    path("", include("conversations.urls")),
    path("favicon.ico", wellknown.favicon, name="favicon"),
    path("robots.txt", wellknown.robots, name="robots"),
    path(".well-known/change-password", wellknown.change_password, name="change_password"),
]
