from django.urls import path

from . import admission, entrance, views

app_name = "accounts"
urlpatterns = [
    path("setup/<str:token>/", views.set_up, name="set_up"),
    path("invited/<str:token>/", entrance.accept_invitation, name="accept_invitation"),
    path("accounts/", views.show_account, name="account"),
    path("accounts/waiting/", entrance.waiting, name="waiting"),
    path("accounts/sessions/<int:pk>/end/", views.end_session, name="end_session"),
    path("preferences/theme/", views.set_theme, name="set_theme"),
    path("admission/", admission.show_waiting, name="people_waiting"),
    path("admission/<int:pk>/", admission.decide, name="decide"),
    path("admission/invitations/", admission.show_invitations, name="invitations"),
    path("admission/invitations/<int:pk>/end/", admission.end_invitation, name="end_invitation"),
    path("admission/links/", admission.show_people, name="ways_back"),
    path("admission/links/<int:pk>/", admission.make_reset_link, name="make_reset_link"),
    path("preferences/language/", views.set_language, name="set_language"),
    path("admin/login/", views.admin_login, name="admin_login"),
]
