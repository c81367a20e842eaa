"""A run in this process says what went wrong in one line each."""

import dagster as dg

from cost_pipeline.automation.launch import launch


@dg.asset(check_specs=[dg.AssetCheckSpec("sane", asset="prices", blocking=True)])
def prices() -> dg.MaterializeResult:
    found = dg.AssetCheckResult(passed=False, description="8 rows are far too high")
    return dg.MaterializeResult(check_results=[found])


@dg.asset(deps=[prices])
def spend() -> None:
    raise AssertionError("it stands behind a check that failed")


def test_a_blocking_check_that_failed_is_one_line_and_what_follows_waits():
    job = dg.define_asset_job("books", executor_def=dg.in_process_executor)
    defs = dg.Definitions(assets=[prices, spend], jobs=[job])
    with dg.instance_for_test() as instance:
        outcome = launch(defs.get_repository_def(), instance, "books", {})
    assert not outcome.is_success
    assert outcome.problems == ["prices (sane): 8 rows are far too high"]
