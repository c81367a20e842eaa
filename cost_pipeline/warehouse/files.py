"""Files that are there completely or not at all, also after a power cut."""

import hashlib
import os
import threading
from pathlib import Path


def write_whole(path: Path, body: bytes) -> None:
    """Write a file that is there completely or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two threads may land equal bytes at once: each writes a file of its own, and
    # whichever is renamed last is the same content.
    writer = f"{os.getpid()}-{threading.get_ident()}"
    partial = path.with_name(f".{path.name}.{writer}.partial")
    try:
        with partial.open("wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def hash_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def cut_torn_line(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, min(size, 1 << 20), max(0, size - (1 << 20)))
    if tail and not tail.endswith(b"\n"):
        os.ftruncate(descriptor, size - len(tail) + tail.rfind(b"\n") + 1)
