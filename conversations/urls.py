"""Addresses of the chat."""

from django.urls import path

from .views import (
    branch,
    conversation,
    feedback,
    health,
    listing,
    message,
    organise,
    patterns,
    search,
    share,
    stream,
    summary,
    transfer,
    trash,
)

app_name = "conversations"

urlpatterns = [
    path("", conversation.new_conversation, name="new_conversation"),
    path("conversations/", listing.list_conversations, name="list_conversations"),
    path("conversations/undo/", listing.undo, name="undo"),
    path("conversations/marks/", listing.show_marks, name="marks"),
    path("folders/", organise.show_folders, name="folders"),
    path("folders/rename/", organise.rename_folder, name="rename_folder"),
    path("folders/dissolve/", organise.dissolve_folder, name="dissolve_folder"),
    path("trash/", trash.show_trash, name="trash"),
    path("trash/empty/", trash.empty_trash, name="empty_trash"),
    path("search/", search.search_conversations, name="search"),
    path("c/<uuid:public_id>/", conversation.show_conversation, name="show_conversation"),
    path("c/<uuid:public_id>/summarise/", summary.summarise_conversation, name="summarise_conversation"),
    path("summaries/<uuid:public_id>/", summary.show_summary, name="show_summary"),
    path("summaries/<uuid:public_id>/edit/", summary.edit_summary, name="edit_summary"),
    path("summaries/<uuid:public_id>/remove/", summary.remove_summary, name="remove_summary"),
    path("c/<uuid:public_id>/gauge/", conversation.show_gauge, name="show_gauge"),
    path("c/<uuid:public_id>/send/", message.send_message, name="send_message"),
    path("c/<uuid:public_id>/rename/", conversation.rename_conversation, name="rename_conversation"),
    path("c/<uuid:public_id>/delete/", conversation.delete_conversation, name="delete_conversation"),
    path("c/<uuid:public_id>/restore/", conversation.restore_conversation, name="restore_conversation"),
    *(
        path(f"c/<uuid:public_id>/{change}/", organise.organise_conversation, {"change": change}, name)
        for change in ("pin", "unpin", "archive", "unarchive")
        for name in [f"{change}_conversation"]
    ),
    path("c/<uuid:public_id>/move/", organise.move_conversation, name="move_conversation"),
    path("c/<uuid:public_id>/delete-for-ever/", trash.delete_for_ever, name="delete_for_ever"),
    path("c/<uuid:public_id>/share/", share.share_conversation, name="share_conversation"),
    path("shares/", share.list_shares, name="list_shares"),
    path("shares/<uuid:public_id>/revoke/", share.revoke, name="revoke_share"),
    path("s/<str:token>/", share.show_share, name="show_share"),
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
    path("m/<uuid:public_id>/regenerate/", branch.regenerate_message, name="regenerate_message"),
    path("m/<uuid:public_id>/continue/", branch.continue_message, name="continue_message"),
    path("m/<uuid:public_id>/switch/", branch.switch_version, name="switch_version"),
    path("m/<uuid:public_id>/menu/", branch.message_menu, name="message_menu"),
    path("m/<uuid:public_id>/fork/", branch.fork_conversation, name="fork_conversation"),
    path("m/<uuid:public_id>/delete/", branch.delete_message, name="delete_message"),
    path("m/<uuid:public_id>/cut/", branch.delete_branch, name="delete_branch"),
    path("m/<uuid:public_id>/restore/", branch.restore_message, name="restore_message"),
    path("m/<uuid:public_id>/text/", message.message_text, name="message_text"),
    path("m/<uuid:public_id>/details/", message.message_details, name="message_details"),
    path("m/<uuid:public_id>/feedback/", feedback.give_feedback, name="give_feedback"),
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
