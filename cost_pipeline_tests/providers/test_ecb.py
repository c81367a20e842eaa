"""The rates' file: the same discipline on the wire, and no token at all."""

import pytest

from cost_pipeline.providers.base import ForeignOrigin, ProviderAnswerInvalid
from cost_pipeline.providers.ecb import HISTORY_PATH, fetch_history
from cost_pipeline_tests.providers.fake_cloud import answer

CSV = b"Date,USD,JPY,\n2026-04-01,1.0801,161.2,\n"


def fetch(cloud):
    return fetch_history(cloud.server.url_for(""), timing=cloud.time.timing)


@pytest.mark.parametrize("body", [CSV, b"PK\x03\x04zip", b"\xef\xbb\xbf" + CSV])
def test_the_file_is_handed_on_as_it_is(cloud, body):
    cloud.script[HISTORY_PATH] = [answer("", 503), answer(body)]
    assert fetch(cloud) == body
    assert "authorization" not in cloud.seen[0].headers


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}"])
def test_something_else_is_refused(cloud, body):
    cloud.script[HISTORY_PATH] = [answer(body)]
    with pytest.raises(ProviderAnswerInvalid, match="neither a ZIP"):
        fetch(cloud)


def test_a_redirect_is_named_and_not_followed(cloud):
    cloud.script[HISTORY_PATH] = [answer("", 301, location="https://example.com/x")]
    with pytest.raises(ForeignOrigin, match=r"redirects to https://example\.com"):
        fetch(cloud)
