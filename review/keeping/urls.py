"""Addresses about keeping, below those of the console."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.show_holds, name="keeping"),
    path("ended/", views.show_ended, name="ended_holds"),
    path("rules/", views.show_rules, name="retention"),
    path("receipts/", views.show_receipts, name="receipts"),
    path("conversations/<uuid:public_id>/", views.place_hold, name="place_hold"),
    path("holds/<uuid:public_id>/end/", views.end, name="end_hold"),
    path("holds/<uuid:public_id>/look-again/", views.find_more, name="look_again"),
]
