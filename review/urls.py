from django.urls import include, path

from . import grant_views
from .views import conversation, listing

app_name = "review"
urlpatterns = [
    path("", listing.list_conversations, name="list_conversations"),
    path("news/", listing.show_news, name="show_news"),
    path("filters/", listing.keep_filter, name="keep_filter"),
    path("filters/<uuid:public_id>/delete/", listing.delete_filter, name="delete_filter"),
    path("conversations/<uuid:public_id>/", conversation.read_conversation, name="read_conversation"),
    path("conversations/<uuid:public_id>/step/", conversation.step_on, name="step_on"),
    path(
        "conversations/<uuid:public_id>/messages/<uuid:message_id>/",
        conversation.follow_message,
        name="follow_message",
    ),
    path(
        "conversations/<uuid:public_id>/messages/<uuid:message_id>/versions/",
        conversation.compare_versions,
        name="compare_versions",
    ),
    path("conversations/<uuid:public_id>/calls/<uuid:call_id>/", conversation.show_call, name="show_call"),
    path("conversations/<uuid:public_id>/files/<uuid:file_id>/", conversation.open_file, name="open_file"),
    path("grants/", grant_views.list_grants, name="grants"),
    path("grants/<int:pk>/approve/", grant_views.approve, name="approve_grant"),
    path("grants/<int:pk>/end/", grant_views.end, name="end_grant"),
    path("keeping/", include("review.keeping.urls")),
    path("c/<uuid:public_id>/", conversation.lead_on, name="lead_on"),
]
