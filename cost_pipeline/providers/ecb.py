"""The European Central Bank's reference rates, fetched as the file they are.

Bytes only: what a row, a gap or a currency that ended means is SQL.
"""

import httpx

from cost_pipeline.providers.pacing import Limits, Timing
from cost_pipeline.providers.transport import ANY, Answer, OneOrigin

OFFICIAL_ORIGIN = "https://www.ecb.europa.eu"
HISTORY_PATH = "/stats/eurofxref/eurofxref-hist.zip"


def fetch_history(
    base_url: str = OFFICIAL_ORIGIN,
    transport: httpx.BaseTransport | None = None,
    *,
    limits: Limits | None = None,
    timing: Timing | None = None,
) -> bytes:
    """The history since 1999: a ZIP with one CSV, or that CSV where it is unpacked."""
    client = OneOrigin(
        base_url,
        transport=transport,
        limits=limits or Limits(),
        timing=timing or Timing(),
    )
    try:
        return client.get(HISTORY_PATH, _rates, accept=ANY)
    finally:
        client.close()


def _rates(answer: Answer) -> bytes:
    if not answer.body.startswith((b"PK\x03\x04", b"Date,", b"\xef\xbb\xbfDate,")):
        raise answer.invalid("neither a ZIP nor the CSV of rates")
    return answer.body
