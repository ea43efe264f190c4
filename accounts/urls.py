from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("setup/<str:token>/", views.set_up, name="set_up"),
    path("accounts/", views.show_account, name="account"),
    path("preferences/theme/", views.set_theme, name="set_theme"),
    path("preferences/language/", views.set_language, name="set_language"),
    path("admin/login/", views.admin_login, name="admin_login"),
]
