from django.urls import path

from . import grant_views, views

app_name = "review"
urlpatterns = [
    path("grants/", grant_views.list_grants, name="grants"),
    path("grants/<int:pk>/approve/", grant_views.approve, name="approve_grant"),
    path("grants/<int:pk>/end/", grant_views.end, name="end_grant"),
    path("c/<uuid:public_id>/", views.read_conversation, name="read_conversation"),
]
