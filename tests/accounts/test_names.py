import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.names import check_alphabets, look_alike_key
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def sign_up(username: str) -> str:
    response = Client().post(reverse("account_signup"), {"username": username, "password1": PASSWORD})
    return response.content.decode()


@pytest.mark.parametrize(
    ("taken", "wanted"),
    [
        ("ada", "Ada"),
        ("élise", "ÉLISE"),
        ("straße", "STRASSE"),
        ("ada", "ａｄａ"),
        ("file", "ﬁle"),
        ("κώστας", "ΚΏΣΤΑΣ"),
    ],
)
def test_a_name_that_reads_like_another_is_taken(taken, wanted):
    make_user(taken)

    assert "This name is taken." in sign_up(wanted)
    assert User.objects.count() == 1


@pytest.mark.parametrize(("stored", "typed"), [("Élise", "éLISE"), ("ada", "ａｄａ"), ("Ada", "ADA")])
def test_people_sign_in_with_any_spelling_of_their_name(stored, typed):
    make_user(stored)
    visitor = Client()

    visitor.post(reverse("account_login"), {"login": typed, "password": PASSWORD})

    assert "_auth_user_id" in visitor.session


def test_the_database_itself_keeps_look_alikes_out():
    make_user("ada")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(username="ADA")])


def test_the_key_follows_a_change_of_name():
    ada = make_user("ada")
    ada.username = "Countess"
    ada.save()

    assert User.objects.get(username_key="countess") == ada


def test_the_command_for_administrators_knows_look_alikes():
    make_user("ada")

    with pytest.raises(CommandError, match="taken"):
        call_command("createsuperuser", "--noinput", username="ADA", email="ada@example.org")


def test_letters_of_alphabets_that_look_alike_do_not_mix(ada):
    assert "one alphabet" in sign_up("аda")  # the first letter is Cyrillic
    assert "taken" not in sign_up("дмитрий")
    assert User.objects.filter(username="дмитрий").exists()
    check_alphabets("ада2_б")
    with pytest.raises(ValidationError):
        check_alphabets("pаypal")


@pytest.mark.parametrize("name", ["admin", "root", "me", "settings", "null", "0", "a"])
def test_no_name_is_reserved(name, ada):
    sign_up(name)

    assert User.objects.filter(username=name).exists()


@pytest.mark.parametrize(
    "name",
    ["bob@example.org", "a b", "a\u200bb", "a\u202eb", "", " ", "x" * 151, "\ufdfa" * 20, "a\0b", "<b>"],
)
def test_a_name_that_cannot_be_is_refused_with_a_sentence(name, ada):
    page = sign_up(name)

    assert "field__errors" in page
    assert User.objects.count() == 1


def test_the_longest_name_has_a_key(ada):
    name = "ß" * 150  # each folds into two letters
    make_user(name)

    assert User.objects.get(username=name).username_key == look_alike_key(name)
