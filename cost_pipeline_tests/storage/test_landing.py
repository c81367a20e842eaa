"""The landing: immutable, addressed by content, complete or not there."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from cost_pipeline.domain.listing import Document, Listing
from cost_pipeline.storage.landing import CorruptLanding, Landing, documents_in
from cost_pipeline.storage.receipts import instant, receipts_in

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def listing(*ids: str, is_complete: bool = True) -> Listing:
    documents = tuple(
        Document(name, {"name": name, "tags": ["b", "a"]}) for name in ids
    )
    problem = None if is_complete else "GET /v2/droplets: 503"
    return Listing("droplets", documents, is_complete, problem, ("r1", "r2", "r3"))


def objects(landing):
    return [path for path in landing.root.glob("objects/*/*") if path.is_file()]


def test_equal_content_is_stored_once_whatever_its_order(tmp_path):
    landing = Landing(tmp_path)
    first = landing.keep_listing("do:main", listing("1", "2"), now=NOW)
    second = landing.keep_listing(
        "do:main", listing("2", "1"), now=NOW.replace(hour=13)
    )
    assert first.sha256 == second.sha256
    assert len(objects(landing)) == 1
    assert len(list(landing.receipts("droplets"))) == 2


def test_an_incomplete_listing_leaves_a_receipt_and_no_object(tmp_path):
    landing = Landing(tmp_path)
    landing.keep_listing("do:main", listing("1", is_complete=False), now=NOW)
    assert objects(landing) == []
    (receipt,) = landing.receipts("droplets")
    assert not receipt.is_complete
    assert receipt.request_ids == ("r1", "r2", "r3")
    assert landing.latest("droplets", "do:main", until=NOW) is None


@pytest.mark.parametrize("harm", ["flip", "cut", "gone"])
def test_a_harmed_file_is_found_and_named(tmp_path, harm):
    landing = Landing(tmp_path)
    receipt = landing.keep_listing("do:main", listing("1", "2"), now=NOW)
    (path,) = objects(landing)
    body = bytearray(path.read_bytes())
    if harm == "flip":
        body[len(body) // 2] ^= 1
    path.write_bytes(body[: len(body) // 2] if harm == "cut" else body)
    if harm == "gone":
        path.unlink()
    with pytest.raises(CorruptLanding, match=path.name):
        landing.verified(receipt.sha256, receipt.suffix)


def test_a_changed_file_that_still_unpacks_is_found_by_its_hash(tmp_path):
    landing = Landing(tmp_path)
    receipt = landing.keep_listing("do:main", listing("1"), now=NOW)
    (path,) = objects(landing)
    path.write_bytes(gzip.compress(b'{"id":"1","body":{}}\n'))
    with pytest.raises(CorruptLanding, match="another hash"):
        landing.read(receipt.sha256, receipt.suffix)


def test_a_torn_receipt_is_cut_off_before_the_next_is_written(tmp_path):
    landing = Landing(tmp_path)
    landing.keep_listing("do:main", listing("1"), now=NOW)
    path = landing.receipt_file("droplets", "2026-05")
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    assert len(list(receipts_in(path.read_bytes()))) == 1
    landing.keep_listing("do:main", listing("1"), now=NOW.replace(hour=13))
    assert len(list(landing.receipts("droplets"))) == 2


def test_the_latest_receipt_is_the_last_one_up_to_an_instant(tmp_path):
    landing = Landing(tmp_path)
    early = landing.keep_listing("do:main", listing("1"), now=NOW)
    landing.keep_listing("do:main", listing("1", "2"), now=NOW.replace(hour=18))
    assert landing.latest("droplets", "do:main", until=NOW.replace(hour=15)) == early
    assert landing.latest("droplets", "do:other", until=NOW) is None


def test_a_kind_cannot_leave_its_folder(tmp_path):
    landing = Landing(tmp_path)
    path = landing.receipt_file("../../etc/passwd", "2026-05")
    assert path.resolve().is_relative_to(tmp_path.resolve())


def test_what_was_landed_reads_back(tmp_path):
    landing = Landing(tmp_path)
    receipt = landing.keep_listing("do:main", listing("1", "2"), now=NOW)
    found = documents_in(landing.read(receipt.sha256, receipt.suffix))
    assert found["2"] == {"name": "2", "tags": ["b", "a"]}


def test_a_finished_month_is_sealed_and_reads_as_before(tmp_path):
    landing = Landing(tmp_path)
    for month in (3, 4, 5):
        landing.keep_listing("do:main", listing("1"), now=NOW.replace(month=month))
    names = [path.name for path in landing.receipt_files()]
    assert names == ["2026-03.jsonl.gz", "2026-04.jsonl.gz", "2026-05.jsonl"]
    assert len(list(landing.receipts("droplets"))) == 3
    found = landing.latest("droplets", "do:main", until=NOW.replace(month=4))
    assert found is not None
    assert found.received_at.startswith("2026-04-20T12")


def test_a_late_receipt_of_a_sealed_month_is_found(tmp_path):
    landing = Landing(tmp_path)
    for month in (4, 5):
        landing.keep_listing("do:main", listing("1"), now=NOW.replace(month=month))
    late = NOW.replace(month=4, day=28)
    landing.keep_listing("do:main", listing("1", "2"), now=late)
    found = landing.latest("droplets", "do:main", until=NOW.replace(month=4, day=30))
    assert found is not None
    assert found.items == 2
    assert len(list(landing.receipts("droplets"))) == 3


def test_threads_that_begin_and_end_months_together_lose_no_receipt(tmp_path):
    landing = Landing(tmp_path)
    instants = [
        NOW.replace(month=month, day=1 + number)
        for month in (3, 4, 5)
        for number in range(12)
    ]

    def land(now):
        landing.keep_listing("do:main", listing("1"), now=now)
        landing.latest("droplets", "do:main", until=now)
        return instant(now)

    with ThreadPoolExecutor(8) as pool:
        wanted = set(pool.map(land, instants))
    assert {receipt.received_at for receipt in landing.receipts("droplets")} == wanted
