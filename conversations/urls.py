"""Addresses of the chat."""

from django.urls import path

from .views import conversation, health, message, patterns, stream, transfer

app_name = "conversations"

urlpatterns = [
    path("", conversation.new_conversation, name="new_conversation"),
    path("conversations/", conversation.list_conversations, name="list_conversations"),
    path("c/<uuid:public_id>/", conversation.show_conversation, name="show_conversation"),
    path("c/<uuid:public_id>/send/", message.send_message, name="send_message"),
    path("c/<uuid:public_id>/rename/", conversation.rename_conversation, name="rename_conversation"),
    path("c/<uuid:public_id>/delete/", conversation.delete_conversation, name="delete_conversation"),
    path("c/<uuid:public_id>/restore/", conversation.restore_conversation, name="restore_conversation"),
    *(
        path(
            f"c/<uuid:public_id>/export.{kind}",
            transfer.export_conversation,
            {"kind": kind},
            f"export_{kind}",
        )
        for kind in ("md", "json", "html")
    ),
    path("m/<uuid:public_id>/", message.show_message, name="show_message"),
    path("m/<uuid:public_id>/edit/", message.edit_message, name="edit_message"),
    path("m/<uuid:public_id>/regenerate/", message.regenerate_message, name="regenerate_message"),
    path("m/<uuid:public_id>/switch/", message.switch_version, name="switch_version"),
    path("m/<uuid:public_id>/text/", message.message_text, name="message_text"),
    path("m/<uuid:public_id>/details/", message.message_details, name="message_details"),
    path("g/<uuid:public_id>/events/", stream.events, name="events"),
    path("g/<uuid:public_id>/stop/", stream.stop_answer, name="stop_answer"),
    path("transfer/", transfer.show_transfer, name="transfer"),
    path("transfer/everything.zip", transfer.export_everything, name="export_everything"),
    path("imports/<uuid:public_id>/", transfer.show_import, name="show_import"),
    path("imports/<uuid:public_id>/step/", transfer.advance_import, name="advance_import"),
    path("imports/<uuid:public_id>/begin/", transfer.begin_import, name="begin_import"),
    path("imports/<uuid:public_id>/drop/", transfer.drop_import, name="drop_import"),
    path("help/keys/", conversation.show_shortcuts, name="shortcuts"),
    path("patterns/", patterns.show_patterns, name="patterns"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
