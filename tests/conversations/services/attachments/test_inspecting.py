import io
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from conversations.models import Kind
from conversations.services.attachments import inspecting
from conversations.services.attachments.inspecting import inspect
from conversations.services.errors import Refusal
from tests.files import animation, endless_pdf, pdf, photo_with_secrets, picture, png_that_claims


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def refusal(data: bytes, name: str = "it") -> str:
    with pytest.raises(Refusal) as refused:
        inspect(data, name=name)
    return str(refused.value)


def test_a_photo_comes_back_upright_and_without_what_it_told():
    data = photo_with_secrets()
    assert b"SECRET-REMARK" in data
    assert opened(data).getexif().get_ifd(0x8825)

    finding = inspect(data, name="photo.jpg")

    assert (finding.kind, finding.media_type) == (Kind.IMAGE, "image/jpeg")
    assert (finding.width, finding.height) == (20, 40)
    assert b"SECRET" not in finding.data
    assert b"Exif" not in finding.data
    assert not opened(finding.data).getexif()


def test_a_large_picture_is_made_to_fit_a_model():
    finding = inspect(picture("PNG", (3_000, 600)), name="wide.png")

    assert (finding.width, finding.height) == (1568, 314)
    assert opened(finding.data).size == (1568, 314)


def test_of_an_animation_the_first_frame_is_kept():
    finding = inspect(animation(), name="dance.gif")

    assert finding.media_type == "image/png"
    still = opened(finding.data)
    assert getattr(still, "n_frames", 1) == 1
    assert still.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize(
    ("make", "mode", "media_type"),
    [
        ("PNG", "RGBA", "image/png"),
        ("PNG", "1", "image/png"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("WEBP", "RGBA", "image/webp"),
    ],
)
def test_pictures_of_every_make_are_taken(make, mode, media_type):
    colour = {"RGBA": (1, 2, 3, 4), "CMYK": (1, 2, 3, 4)}.get(mode, 1)

    assert inspect(picture(make, mode=mode, colour=colour), name="it").media_type == media_type


def test_what_is_hidden_behind_a_picture_is_gone():
    finding = inspect(picture() + b"<script>alert(1)</script>", name="polyglot.png")

    assert b"script" not in finding.data


@pytest.mark.parametrize("size", [(100_000, 100_000), (2_000_000_000, 1), (9_000, 9_000)])
def test_a_picture_that_claims_to_be_vast_is_refused_at_once(size):
    began = time.monotonic()

    sentence = refusal(png_that_claims(*size), "bomb.png")

    assert "bomb.png" in sentence
    assert "50 million" in sentence or "damaged" in sentence
    assert time.monotonic() - began < 2


def test_a_picture_that_is_cut_off_is_refused():
    data = picture("JPEG", (400, 300))

    assert "damaged or cut off" in refusal(data[: len(data) // 2])
    assert "damaged or cut off" in refusal(png_that_claims(100, 100))
    assert "damaged or cut off" in refusal(data[:12])


def test_a_pdf_is_proved_and_its_text_taken():
    data = pdf("Otters eat fish.", "And crabs.")

    finding = inspect(data, name="report.pdf")

    assert (finding.kind, finding.media_type, finding.pages) == (Kind.PDF, "application/pdf", 2)
    assert finding.text == "Otters eat fish.\n\nAnd crabs."
    assert finding.data == data


def test_what_only_claims_to_be_a_pdf_is_refused():
    assert "not a whole PDF" in refusal(b"%PDF-1.7\nnothing of the kind")
    assert "not a whole PDF" in refusal(pdf("Otters")[:60])
    assert "not a whole PDF" in refusal(pdf())


def test_a_pdf_of_a_thousand_pages_is_refused():
    assert "101 pages" in refusal(pdf(*["x"] * 101))


def test_a_pdf_that_takes_too_long_is_cut(monkeypatch):
    monkeypatch.setattr(inspecting, "READING_S", 0.3)
    began = time.monotonic()

    finding = inspect(endless_pdf(), name="endless.pdf")

    assert finding.pages == 1
    assert finding.text == ""
    assert time.monotonic() - began < 4


def test_a_reader_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(inspecting, "PATIENCE_S", 0.4)
    monkeypatch.setattr(inspecting, "READING_S", 60.0)

    assert "too long to read" in refusal(endless_pdf(), "endless.pdf")


def test_a_reader_that_dies_is_a_refusal(monkeypatch, tmp_path):
    dying = tmp_path / "bench.py"
    dying.write_text("import os; os.abort()")
    monkeypatch.setattr(inspecting, "BENCH", dying)

    assert "too much time or memory" in refusal(picture())


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"print('otters')\r\n", "print('otters')\n"),
        ("\ufeffcafé".encode(), "café"),
        (b"<svg onload=alert(1)>", "<svg onload=alert(1)>"),
        (b"<!doctype html><script>", "<!doctype html><script>"),
        (b"\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
    ],
)
def test_text_is_kept_as_text_whatever_it_could_be_taken_for(data, text):
    finding = inspect(data, name="it.html")

    assert (finding.kind, finding.media_type, finding.text) == (Kind.TEXT, "text/plain", text)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"MZ\x90\0\x03", "not an image, a PDF or text"),
        (b"caf\xe9", "not an image, a PDF or text in UTF-8"),
        ("otters".encode("utf-16"), "Save it as UTF-8"),
        (b"PK\x03\x04word/document.xml", "Save a document as PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Save a document as PDF"),
        (b"\0\0\0\x18ftypheic", "Save an image as JPEG"),
        (b" \n\t", "is empty"),
        (b"BM\x36\0\0\0", "not an image"),
    ],
)
def test_what_is_none_of_them_is_refused_in_a_sentence(data, words):
    assert words in refusal(data)


@settings(max_examples=12)
@given(
    st.sampled_from([b"", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF1234WEBP"]),
    st.binary(max_size=400),
)
def test_random_bytes_are_a_file_or_a_refusal_and_never_a_fault(head, tail):
    with suppress(Refusal):
        finding = inspect(head + tail, name="it")
        assert finding.kind in Kind
        assert finding.data
