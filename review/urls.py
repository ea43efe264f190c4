from django.urls import path

from . import views

app_name = "review"
urlpatterns = [
    path("c/<uuid:public_id>/", views.read_conversation, name="read_conversation"),
]
