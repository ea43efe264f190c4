"""Addresses of the chat."""

from django.urls import path

from .views import choosing, conversation, health, message, patterns, presets, prompts, settings, stream

app_name = "conversations"

urlpatterns = [
    path("", conversation.new_conversation, name="new_conversation"),
    path("conversations/", conversation.list_conversations, name="list_conversations"),
    path("c/<uuid:public_id>/", conversation.show_conversation, name="show_conversation"),
    path("c/<uuid:public_id>/send/", message.send_message, name="send_message"),
    path("c/<uuid:public_id>/rename/", conversation.rename_conversation, name="rename_conversation"),
    path("c/<uuid:public_id>/delete/", conversation.delete_conversation, name="delete_conversation"),
    path("c/<uuid:public_id>/restore/", conversation.restore_conversation, name="restore_conversation"),
    path("c/<uuid:public_id>/model/", choosing.change_model, name="change_model"),
    path("c/<uuid:public_id>/settings/", settings.change_settings, name="change_settings"),
    path("m/<uuid:public_id>/again/", choosing.answer_again, name="answer_again"),
    path("models/", choosing.pick_model, name="pick_model"),
    path("presets/", presets.list_presets, name="list_presets"),
    path("presets/new/", presets.new_preset, name="new_preset"),
    path("presets/<uuid:public_id>/", presets.edit_preset, name="edit_preset"),
    path("presets/<uuid:public_id>/delete/", presets.delete_preset, name="delete_preset"),
    path("prompts/", prompts.list_prompts, name="list_prompts"),
    path("prompts/new/", prompts.new_prompt, name="new_prompt"),
    path("prompts/<uuid:public_id>/", prompts.edit_prompt, name="edit_prompt"),
    path("prompts/<uuid:public_id>/use/", prompts.use_prompt, name="use_prompt"),
    path("prompts/<uuid:public_id>/delete/", prompts.delete_prompt, name="delete_prompt"),
    path("m/<uuid:public_id>/", message.show_message, name="show_message"),
    path("m/<uuid:public_id>/edit/", message.edit_message, name="edit_message"),
    path("m/<uuid:public_id>/regenerate/", message.regenerate_message, name="regenerate_message"),
    path("m/<uuid:public_id>/switch/", message.switch_version, name="switch_version"),
    path("m/<uuid:public_id>/text/", message.message_text, name="message_text"),
    path("m/<uuid:public_id>/details/", message.message_details, name="message_details"),
    path("g/<uuid:public_id>/events/", stream.events, name="events"),
    path("g/<uuid:public_id>/stop/", stream.stop_answer, name="stop_answer"),
    path("help/keys/", conversation.show_shortcuts, name="shortcuts"),
    path("patterns/", patterns.show_patterns, name="patterns"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
