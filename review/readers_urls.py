"""Addresses for everybody; those of the console are in urls.py."""

from django.urls import path

from . import readers_views as views

app_name = "readers"
urlpatterns = [
    path("", views.show_readers, name="show"),
    path("seen/", views.see_mode, name="see_mode"),
    path("c/<uuid:public_id>/", views.show_readers_of, name="of"),
    path("c/<uuid:public_id>/ask/", views.ask, name="ask"),
    path("c/<uuid:public_id>/take-back/", views.take_back, name="take_back"),
]
