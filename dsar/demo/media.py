"""Small real media files made by a few lines: a PNG picture and an Ogg recording."""

import struct
import zlib
from collections.abc import Iterator

SIDE = 64  # pixels
SILENCE = b"\xf8\xff\xfe"  # one Opus packet: 20 ms of silence (RFC 6716)
PACKETS_A_SECOND, SAMPLES_A_PACKET = 50, 960  # at 48 kHz
PACKETS_A_PAGE = 250


def picture(seed: int) -> bytes:
    """A PNG of 64 by 64 pixels: a light disc on a colour of its own."""
    colour = bytes(40 + (seed * step) % 160 for step in (37, 59, 83))
    rows = (b"\0" + b"".join(_pixel(x, y, colour) for x in range(SIDE)) for y in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def recording(seconds: int, serial: int) -> bytes:
    """An Ogg file (RFC 3533) of Opus sound (RFC 7845), silent, so many seconds long."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48_000, 0, 0)
    vendor = b"starbridge"
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    pages = [_page([head], serial, 0, granule=0, flags=2), _page([tags], serial, 1, granule=0, flags=0)]
    return b"".join([*pages, *_sound(seconds * PACKETS_A_SECOND, serial)])


def _sound(packets: int, serial: int) -> Iterator[bytes]:
    for first in range(0, packets, PACKETS_A_PAGE):
        last = min(first + PACKETS_A_PAGE, packets)
        flags = 4 if last == packets else 0
        number = 2 + first // PACKETS_A_PAGE
        page = [SILENCE] * (last - first)
        yield _page(page, serial, number, granule=last * SAMPLES_A_PACKET, flags=flags)


def _page(packets: list[bytes], serial: int, number: int, *, granule: int, flags: int) -> bytes:
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    head = struct.pack("<4sBBqII", b"OggS", 0, flags, granule, serial, number)
    tail = bytes([len(lacing)]) + lacing + b"".join(packets)
    return head + struct.pack("<I", _checksum(head + b"\0\0\0\0" + tail)) + tail


def _checksum(page: bytes) -> int:
    # Ogg's CRC-32 is not zlib's: no reflection, starts at 0, not inverted at the end
    register = 0
    for byte in page:
        register = (register << 8) & 0xFFFFFFFF ^ TABLE[register >> 24 ^ byte]
    return register


def _entry(byte: int) -> int:
    register = byte << 24
    for _ in range(8):
        register = register << 1 ^ (0x04C11DB7 if register & 0x80000000 else 0)
        register &= 0xFFFFFFFF
    return register


TABLE = [_entry(byte) for byte in range(256)]


def _pixel(x: int, y: int, colour: bytes) -> bytes:
    inside = (x - SIDE / 2) ** 2 + (y - SIDE / 2) ** 2 < (SIDE / 3) ** 2
    return bytes(min(255, part + 90) for part in colour) if inside else colour


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
