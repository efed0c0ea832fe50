"""The TIFF file that an image library gets to see: of the first directory, and of that the pixels."""

import struct

from mockserver.imaging.headers import TIFF_ENTRY, Directory, Undecodable

_BYTES = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}
_SCALARS = frozenset({254, 256, 257, 259, 266, 277, 278, 284, 292, 293, 317, 322, 323, 332})
_TAGS = _SCALARS | {258, 262, 273, 279, 320, 324, 325, 338, 339, 347, 529, 530, 532}
_PIECES = ((273, 279), (324, 325))  # offsets and sizes of strips, of tiles


def of_pixels(data: bytes) -> bytes:
    """The same file with a new directory at its end, which has no metadata and no successor."""
    old = Directory.read(data)
    if old.big and old.order == ">":
        raise Undecodable("tiff: a BigTIFF of big-endian order")  # Pillow takes it for a broken classic one
    kept = {tag: entry for tag, entry in sorted(old.entries.items()) if tag in _TAGS}
    directory = Directory(order=old.order, big=old.big, entries=kept)
    _check(directory, data)
    wide, form = ("Q" if old.big else "I"), old.order + TIFF_ENTRY[old.big]
    head = data[: 8 if old.big else 4] + struct.pack(old.order + wide, len(data) + len(data) % 2)
    body = b"".join(struct.pack(form, tag, *entry) for tag, entry in kept.items())
    count = struct.pack(old.order + ("Q" if old.big else "H"), len(kept))
    return b"".join((head, memoryview(data)[len(head) :], bytes(len(data) % 2), count, body, bytes(8)))


def _check(directory: Directory, data: bytes) -> None:
    """Pillow warns about values out of place, and may take other bytes for missing pixels."""
    room = len(data)
    for tag, (kind, count, value) in directory.entries.items():
        size = count * _BYTES.get(kind, 1)
        room -= size
        misplaced = size > len(value) and directory.offset(value) + size > len(data)
        if misplaced or room < 0 or (count != 1 and tag in _SCALARS):
            raise Undecodable(f"tiff: field {tag} is broken")
    for starts, sizes in _PIECES:
        pieces = zip(directory.numbers(starts, data), directory.numbers(sizes, data), strict=False)
        if any(start + size > len(data) for start, size in pieces):
            raise Undecodable("tiff: the file is cut off")
