"""The fake cloud as a fixture."""

import pytest

from cost_pipeline_tests.providers.fake_cloud import FakeCloud


@pytest.fixture
def cloud(httpserver):
    return FakeCloud(httpserver)
