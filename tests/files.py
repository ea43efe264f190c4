"""Files as people attach them, and as those do who mean harm: made here, byte by byte where that matters."""

import io
import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def upload(
    data: bytes, name: str = "file", content_type: str = "application/octet-stream"
) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type)


def picture(
    format: str = "PNG",  # noqa: A002 - as Pillow calls it
    size: tuple[int, int] = (40, 20),
    *,
    mode: str = "RGB",
    colour: object = "teal",
    **options: object,
) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, colour).save(written, format, **options)  # type: ignore[arg-type]
    return written.getvalue()


def photo_with_secrets() -> bytes:
    """A JPEG that lies on its side, with the place where it was taken and a thumbnail's worth of remarks."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "SECRET-REMARK"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return picture("JPEG", (40, 20), exif=exif, comment=b"SECRET-COMMENT")


def animation() -> bytes:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue", "green")]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], duration=50)
    return written.getvalue()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_claims(width: int, height: int) -> bytes:
    """The head of a PNG of that size, with hardly a byte of content."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000)
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")
    )


def pdf(*pages: str | bytes, flate: bool = False) -> bytes:
    """A PDF that says `pages`; bytes are a page's own drawing commands."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kids = []
    for page in pages:
        drawing = page if isinstance(page, bytes) else f"BT /F1 12 Tf 72 720 Td ({page}) Tj ET".encode()
        coding = b"/Filter /FlateDecode " if flate else b""
        data = zlib.compress(drawing, 9) if flate else drawing
        objects.append(b"<< %b/Length %d >>\nstream\n%b\nendstream" % (coding, len(data), data))
        content = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % content
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (b" ".join(kids), len(kids))
    return assembled(objects)


def assembled(objects: list[bytes]) -> bytes:
    written, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(written)
    count = len(objects) + 1
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
        % (count, table, count, start)
    )


def endless_pdf() -> bytes:
    """A page whose text takes many seconds to find."""
    return pdf(b"BT /F1 12 Tf " + b"1 0 0 1 5 5 Tm (x) Tj " * 400_000 + b"ET", flate=True)
