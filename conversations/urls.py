"""Addresses of the chat."""

from django.urls import path

from .views import attachments, conversation, health, message, patterns, stream

app_name = "conversations"

urlpatterns = [
    path("", conversation.new_conversation, name="new_conversation"),
    path("conversations/", conversation.list_conversations, name="list_conversations"),
    path("c/<uuid:public_id>/", conversation.show_conversation, name="show_conversation"),
    path("c/<uuid:public_id>/send/", message.send_message, name="send_message"),
    path("c/<uuid:public_id>/rename/", conversation.rename_conversation, name="rename_conversation"),
    path("c/<uuid:public_id>/delete/", conversation.delete_conversation, name="delete_conversation"),
    path("c/<uuid:public_id>/restore/", conversation.restore_conversation, name="restore_conversation"),
    path("m/<uuid:public_id>/", message.show_message, name="show_message"),
    path("m/<uuid:public_id>/edit/", message.edit_message, name="edit_message"),
    path("m/<uuid:public_id>/regenerate/", message.regenerate_message, name="regenerate_message"),
    path("m/<uuid:public_id>/switch/", message.switch_version, name="switch_version"),
    path("m/<uuid:public_id>/text/", message.message_text, name="message_text"),
    path("m/<uuid:public_id>/details/", message.message_details, name="message_details"),
    path("g/<uuid:public_id>/events/", stream.events, name="events"),
    path("g/<uuid:public_id>/stop/", stream.stop_answer, name="stop_answer"),
    path("files/", attachments.files, name="files"),
    path("files/<uuid:public_id>/", attachments.show_file, name="show_file"),
    path("files/<uuid:public_id>/discard/", attachments.discard_file, name="discard_file"),
    path("files/<uuid:public_id>/delete/", attachments.delete_file, name="delete_file"),
    path("help/keys/", conversation.show_shortcuts, name="shortcuts"),
    path("patterns/", patterns.show_patterns, name="patterns"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
