"""GIFs and WebPs made to hurt."""

import struct

from PIL import Image

from tests.app.media.handmade import MEGABYTE, SIDE, bomb, encoded, small


@bomb
def gif_huge_canvas_tiny_frame() -> bytes:
    data = bytearray(encoded(small("P", (16, 16)), "GIF"))
    data[6:10] = b"\xff\xff\xff\xff"
    return bytes(data)


@bomb
def gif_wide_canvas() -> bytes:
    data = bytearray(encoded(small("P", (16, 16)), "GIF"))
    data[6:10] = struct.pack("<HH", SIDE, SIDE)
    return bytes(data)


@bomb
def gif_frame_beyond_the_canvas() -> bytes:
    data = bytearray(encoded(small("P", (16, 16)), "GIF"))
    at = data.index(b"\x2c", 13)
    data[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    return bytes(data)


@bomb
def gif_million_frames() -> bytes:
    first = encoded(small("P", (16, 16)), "GIF")
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return first[:-1] + frame * 900_000 + b";"


@bomb
def gif_million_comments() -> bytes:
    plain = encoded(small("P", (16, 16)), "GIF")
    at = 13 + (3 << ((plain[10] & 7) + 1))
    return plain[:at] + b"\x21\xfe\x00" * 4_500_000 + plain[at:]


@bomb
def gif_one_endless_comment() -> bytes:
    plain = encoded(small("P", (16, 16)), "GIF")
    at = 13 + (3 << ((plain[10] & 7) + 1))
    return plain[:at] + b"\x21\xfe" + b"\x01x" * 7_000_000 + b"\0" + plain[at:]


@bomb
def gif_pixels_byte_by_byte() -> bytes:
    plain = encoded(small("P", (16, 16)), "GIF")
    at = plain.index(b"\x2c", 13) + 11
    return plain[:at] + b"\x01\x00" * 7_000_000 + b"\0;"


@bomb
def webp_largest_lossless() -> bytes:
    return encoded(Image.new("RGB", (SIDE, SIDE), "red"), "WEBP", lossless=True)


@bomb
def webp_animated_large() -> bytes:
    frames = [Image.new("RGBA", (SIDE // 4, SIDE // 4), colour) for colour in ("red", "blue", "green")]
    return encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True, method=0)


@bomb
def webp_million_frames() -> bytes:
    frames = [small("RGBA", (16, 16)), small("RGBA", (16, 16)).rotate(90)]
    data = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    at = data.index(b"ANMF")
    (length,) = struct.unpack_from("<I", data, at + 4)
    frame = data[at : at + 8 + length + (length & 1)]
    body = data[12:] + frame * (14 * MEGABYTE // len(frame))
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


@bomb
def webp_million_chunks() -> bytes:
    body = b"WEBP" + b"VP8X\x0a\0\0\0" + bytes(10) + b"ABCD\0\0\0\0" * 1_700_000 + encoded(small(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


@bomb
def webp_canvas_beyond() -> bytes:
    plain = encoded(small(), "WEBP")[12:]
    body = b"WEBP" + b"VP8X\x0a\0\0\0" + b"\0\0\0\0" + b"\xff\xff\xff\xff\xff\xff" + plain
    return b"RIFF" + struct.pack("<I", len(body)) + body
