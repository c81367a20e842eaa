"""Files that are there completely or not at all, also after a power cut."""

import fcntl
import gzip
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the file when writing fails: a full disk tells the system's words only."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place beside a file to write it to; what was written there takes its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two threads may land equal bytes at once: each writes a file of its own, and
    # whichever is renamed last is the same content.
    writer = f"{os.getpid()}-{threading.get_ident()}"
    partial = path.with_name(f".{path.name}.{writer}.partial")
    partial.unlink(missing_ok=True)
    try:
        with naming(path):
            yield partial
            with partial.open("rb+") as stream:
                os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: Path, body: bytes) -> None:
    """Write bytes to a file that is there completely or not at all."""
    with whole_file(path) as partial:
        partial.write_bytes(body)


def hash_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def cut_torn_line(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, min(size, 1 << 20), max(0, size - (1 << 20)))
    if tail and not tail.endswith(b"\n"):
        os.ftruncate(descriptor, size - len(tail) + tail.rfind(b"\n") + 1)


def read_lines(path: Path) -> bytes:
    """A file of lines, sealed or not."""
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        # Sealed between listing its folder and reading it.
        path = path.with_name(f"{path.name}.gz")
        body = path.read_bytes()
    return gzip.decompress(body) if path.suffix == ".gz" else body


def length_of(path: Path) -> int:
    """The length of a file's lines; a sealed file says it in its last four bytes."""
    if path.suffix != ".gz":
        return path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(-4, os.SEEK_END)
        return int.from_bytes(stream.read(4), "little")


def seal_older(path: Path) -> None:
    """Compress the finished files beside a new one: receipts of a year weigh a tenth.

    A month that was sealed stays as it is; a late receipt for it begins a small file of
    its own. A kill between the two steps leaves the same lines twice, and the key of a
    receipt decides.
    """
    for older in sorted(path.parent.glob("*.jsonl")):
        sealed = older.with_name(f"{older.name}.gz")
        if older.name < path.name and not sealed.exists():
            _seal(older, sealed)


def _seal(older: Path, sealed: Path) -> None:
    """Seal one file, alone: threads land side by side, and each may be the first."""
    try:
        stream = older.open("rb")
    except FileNotFoundError:
        return
    with stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if is_gone(stream.fileno()) or sealed.exists():
            return
        write_whole(sealed, gzip.compress(stream.read(), 6, mtime=0))
        older.unlink()


def append_lines(path: Path, lines: bytes) -> None:
    """Append whole lines; what a killed writer left of one goes first."""
    while True:
        with naming(path), path.open("ab+") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            if is_gone(stream.fileno()):
                # Sealed while we waited: what is written here nobody would ever read.
                continue
            cut_torn_line(stream.fileno())
            stream.write(lines)
            stream.flush()
            os.fsync(stream.fileno())
            return


def is_gone(descriptor: int) -> bool:
    """Whether an open file has lost its name."""
    return os.fstat(descriptor).st_nlink == 0
