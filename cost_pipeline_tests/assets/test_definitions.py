"""What the UI shows of every asset, asked through GraphQL as the UI asks it."""

import re

import dagster as dg
import pytest
from dagster_graphql.implementation.utils import ErrorCapture
from dagster_graphql.schema import create_schema

from cost_pipeline.assets.groups import OWNERS, first_line
from cost_pipeline.definitions import defs
from cost_pipeline.models.library import all_models

# Names that the public contract fixes are as long as they are.
FIXED = {"spend_over_threshold", "tenant_invoice_lines", "subscription_items"}
NODES = """
{ assetNodes {
    assetKey { path } groupName description kinds isMaterializable
    owners { __typename } tags { key }
    assetChecksOrError { ... on AssetChecks { checks { name } } }
} }
"""
GROUPS = ["a_landing", "b_raw", "c_staging", "d_inventory", "e_costs", "f_billing"]
GROUPS += ["g_ledger", "h_marts"]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """Every asset as GraphQL answers for it, from a code location in this process."""
    from dagster._core.test_utils import instance_for_test
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import ModuleTarget

    target = ModuleTarget(
        module_name="cost_pipeline.definitions",
        attribute="defs",
        working_directory=None,
        location_name="cost_pipeline",
    )
    with (
        instance_for_test(temp_dir=str(tmp_path_factory.mktemp("home"))) as instance,
        WorkspaceProcessContext(instance, target) as process,
    ):
        answer = create_schema().execute(
            NODES, context_value=process.create_request_context()
        )
    assert not answer.errors, (answer.errors, ErrorCapture)
    return answer.data["assetNodes"]


def name_of(node):
    return node["assetKey"]["path"][-1]


def test_every_asset_has_group_owner_words_kinds_and_a_check(nodes):
    assert len(nodes) > 100
    for node in nodes:
        path = ".".join(node["assetKey"]["path"])
        assert node["groupName"] in GROUPS, path
        assert node["owners"], path
        assert node["kinds"], path
        assert node["description"], path
        assert node["assetChecksOrError"]["checks"], path


def test_the_first_line_of_every_description_is_short_and_plain(nodes):
    for node in nodes:
        first = node["description"].split("\n")[0]
        assert len(first) <= 90, first
        assert not re.search(r"[*_`#\[\]<>]{2}|^#|\]\(", first), first


def test_names_fit_their_boxes(nodes):
    long = {name_of(node) for node in nodes if len(name_of(node)) > 20}
    published = {m.name for m in all_models().values() if m.layer == "marts"}
    assert not long - published - FIXED


def test_definitions_load_without_a_word_about_this_machine():
    jobs = {job.name for job in defs.get_repository_def().get_all_jobs()}
    assert {"collect", "provider_invoices", "metering", "books"} <= jobs
    assert OWNERS == ["team:finops"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One sentence.", "One sentence."),
        ("First. Second goes on.", "First.\n\nSecond goes on."),
        ("First\nline. Second.\n\nMore.", "First line.\n\nSecond.\n\nMore."),
    ],
)
def test_the_first_sentence_stands_on_a_line_of_its_own(text, expected):
    assert first_line(text) == expected


def test_every_job_runs_its_steps_in_one_process():
    for job in defs.get_repository_def().get_all_jobs():
        assert job.executor_def is dg.in_process_executor or job.name.startswith("__")
