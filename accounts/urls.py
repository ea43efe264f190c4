from django.urls import path

from . import entrance, letting_in, views

app_name = "accounts"
urlpatterns = [
    path("setup/<str:token>/", views.set_up, name="set_up"),
    path("invited/<str:token>/", entrance.accept_invitation, name="accept_invitation"),
    path("accounts/", views.show_account, name="account"),
    path("accounts/waiting/", entrance.waiting, name="waiting"),
    path("accounts/sessions/<int:pk>/end/", views.end_session, name="end_session"),
    path("preferences/theme/", views.set_theme, name="set_theme"),
    path("admission/", letting_in.show_waiting, name="people_waiting"),
    path("admission/<int:pk>/", letting_in.decide, name="decide"),
    path("admission/invitations/", letting_in.show_invitations, name="invitations"),
    path("admission/invitations/<int:pk>/end/", letting_in.end_invitation, name="end_invitation"),
    path("admission/links/", letting_in.show_people, name="ways_back"),
    path("admission/links/<int:pk>/", letting_in.make_reset_link, name="make_reset_link"),
    path("preferences/language/", views.set_language, name="set_language"),
    path("admin/login/", views.admin_login, name="admin_login"),
]
