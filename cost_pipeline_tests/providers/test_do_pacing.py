"""Time between requests: the rate limit, waits that are asked for, the run's end."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from cost_pipeline.providers.pacing import asked_wait_s
from cost_pipeline_tests.providers.fake_cloud import FakeTime, answer, page

PATH = "/v2/domains"
GOOD = page("domains", [{"name": "example.com"}], 1)
NOON = "Thu, 01 May 2031 12:00:00 GMT"


def test_retry_after_as_a_date_is_read_by_the_providers_own_clock(cloud):
    later = datetime.now(UTC) + timedelta(seconds=40)
    wait = format_datetime(later, usegmt=True)
    cloud.script[PATH] = [answer("", 429, retry_after=wait), GOOD]
    assert cloud.client().list_all("domains").is_complete
    assert cloud.time.naps == [pytest.approx(40, abs=10)]


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "1e9"}, None),
        ({}, None),
        ({"retry-after": "Thu, 01 May 2031 12:00:40 GMT"}, None),
        ({"retry-after": "Thu, 01 May 2031 12:00:40 GMT", "date": NOON}, 40),
        ({"retry-after": "Thu, 01 May 2031 11:00:00 GMT", "date": NOON}, 0),
        ({"retry-after": "Thu, 99 May 2031 12:00:40 GMT", "date": NOON}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers, wait_s):
    assert asked_wait_s(headers) == wait_s


@pytest.mark.parametrize("wait", ["61", "3600", "999999999999"])
def test_a_wait_longer_than_the_limit_is_a_clear_error(cloud, wait):
    cloud.script[PATH] = [answer("", 429, retry_after=wait), GOOD]
    listing = cloud.client().list_all("domains")
    assert f"asks to wait {wait} s, more than the 60 s" in listing.problem
    assert cloud.time.naps == []
    assert len(cloud.seen) == 1


@pytest.mark.parametrize("status", [429, 200])
def test_a_used_up_hour_is_waited_for_until_the_reset_it_names(cloud, status):
    reset = int(datetime.now(UTC).timestamp()) + 33
    headers = {"ratelimit_remaining": "0", "ratelimit_reset": str(reset)}
    cloud.script[PATH] = [answer(GOOD, status, **headers), GOOD]
    client = cloud.client()
    client.list_all("domains")
    assert client.list_all("domains").is_complete
    assert sum(cloud.time.naps) == pytest.approx(33, abs=10)


def test_a_used_up_hour_that_ends_too_late_is_a_clear_error(cloud):
    reset = int(datetime.now(UTC).timestamp()) + 3000
    headers = {"ratelimit_remaining": "0", "ratelimit_reset": str(reset)}
    cloud.script[PATH] = [answer(GOOD, 200, **headers)]
    client = cloud.client()
    assert client.list_all("domains").is_complete
    assert "more than the 60 s" in client.list_all("domains").problem
    assert len(cloud.seen) == 1
    assert cloud.time.naps == []


def test_waits_double_and_are_bounded(cloud):
    cloud.script[PATH] = [answer("", 500)]
    cloud.client(attempts=8).list_all("domains")
    assert cloud.time.naps == [1, 2, 4, 8, 16, 30, 30]


def test_no_minute_sees_more_requests_than_allowed(cloud):
    cloud.time = FakeTime()
    cloud.script[PATH] = [GOOD]
    client = cloud.client(requests_per_minute=10)
    for _ in range(25):
        assert client.list_all("domains").is_complete
    assert cloud.time.naps == [60.0, 60.0]


def test_a_run_has_an_end(cloud):
    cloud.script[PATH] = [answer("", 500)]
    listing = cloud.client(run_deadline_s=10).list_all("domains")
    assert "the run's 10 s" in listing.problem
    assert sum(cloud.time.naps) <= 10
