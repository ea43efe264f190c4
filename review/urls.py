from django.urls import include, path

from . import grant_views
from .views import conversation, judging, judging_many, listing

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
    path("conversations/<uuid:public_id>/judgement/", judging.judge, name="judge"),
    path("conversations/<uuid:public_id>/notes/", judging.write_note, name="write_note"),
    path("conversations/<uuid:public_id>/notes/<uuid:note_id>/", judging.change_note, name="change_note"),
    path(
        "conversations/<uuid:public_id>/messages/<uuid:message_id>/note/",
        judging.note_message,
        name="note_message",
    ),
    path("conversations/<uuid:public_id>/reply/", judging.reply, name="reply"),
    path("judge/", judging_many.judge_many, name="judge_many"),
    path("judge/undo/", judging_many.take_back, name="undo_many"),
    path("agreement/", judging_many.show_agreement, name="agreement"),
    path("grants/", grant_views.list_grants, name="grants"),
    path("grants/<int:pk>/approve/", grant_views.approve, name="approve_grant"),
    path("grants/<int:pk>/end/", grant_views.end, name="end_grant"),
    path("keeping/", include("review.keeping.urls")),
    path("c/<uuid:public_id>/", conversation.lead_on, name="lead_on"),
]
