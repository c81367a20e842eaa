"""Loading a source file: what is plain goes in, what is not is set aside."""

import pytest

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.load.tables import SourceFile, SourceRefused, load_table
from cost_pipeline_tests.tables import fresh_warehouse

EVENTS = all_contracts()["raw.usage_events"]
HEADER = "event_id,tenant_id,deployment_id,billing_kind,quantity,occurred_at\n"


def load(tmp_path, body, *, contract=EVENTS, suffix="csv"):
    path = tmp_path / f"table.{suffix}"
    path.write_text(body, "utf-8")
    connection = fresh_warehouse()
    return connection, load_table(connection, contract, SourceFile(path, suffix, "sha"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("e,t,d,k,1e3,2026-05-01", "quantity", id="an exponent"),
        pytest.param("e,t,d,k,1.0000001,2026-05-01", "quantity", id="too precise"),
        pytest.param("e,t,d,k,-1,2026-05-01", "quantity between", id="a negative"),
        pytest.param(
            "e,t,d,k,90000000000000,2026-05-01", "quantity between", id="a monster"
        ),
        pytest.param("e,t,d,k,NaN,2026-05-01", "quantity", id="not a number"),
        pytest.param("e,t,d,k,1,yesterday", "occurred_at", id="no date"),
        pytest.param("e,t,d,k,1,2009-12-31", "year(occurred_at)", id="no day of ours"),
        pytest.param(",t,d,k,1,2026-05-01", "event_id is given", id="no key"),
        pytest.param("e,t,d,k,1,2026-05-01,extra", "Expected", id="a long row"),
        pytest.param("e,t,d", "Expected", id="a short row"),
    ],
)
def test_a_row_that_is_not_plain_is_set_aside_with_its_reason(tmp_path, line, reason):
    good = "ok,t,d,k,2.5,2026-05-01T00:00:00Z\n"
    connection, loaded = load(tmp_path, HEADER + good + line + "\n")
    assert (loaded.read, loaded.loaded, loaded.quarantined) == (2, 1, 1)
    found = connection.execute(
        "select reason, source_row from raw.quarantine"
    ).fetchall()
    assert reason in found[0][0]
    assert found[0][1] == 2


@pytest.mark.parametrize(
    ("table", "body"),
    [
        pytest.param(
            "raw.plan_versions",
            "plan_version_id,plan_code,version,base_price_cents,currency,status\n"
            "v1,s,1,-5,AUD,active",
            id="a plan that pays its customer",
        ),
        pytest.param(
            "raw.addons",
            "addon_code,billing_kind,quantity,price_cents,currency\na,k,1,-5,AUD",
            id="an extra that pays its customer",
        ),
        pytest.param(
            "raw.tax_rates",
            "tax_code,rate,effective_from\nGST,10,2025-01-01",
            id="a tax of a thousand per cent",
        ),
        pytest.param(
            "raw.fx_rates",
            "rate_date,base,quote,rate,source\n2026-04-30,USD,AUD,0,us",
            id="a dollar that is worth nothing",
        ),
        pytest.param(
            "raw.instance_rates",
            "rate_card,instance_type,price_cents,per_seconds,effective_from,source\n"
            "c,m,1,0,2025-01-01,us",
            id="a price for no time",
        ),
    ],
)
def test_a_price_that_cannot_be_is_set_aside(tmp_path, table, body):
    contract = all_contracts()[table]
    _, loaded = load(tmp_path, f"{body}\n", contract=contract)
    assert (loaded.loaded, loaded.quarantined) == (0, 1)


def test_a_repeated_row_counts_once_and_a_contradiction_not_at_all(tmp_path):
    row = "{},t,d,k,{},2026-05-01T00:00:00Z\n"
    body = HEADER + row.format("a", 1) * 3 + row.format("b", 1) + row.format("b", 2)
    connection, loaded = load(tmp_path, body)
    assert (loaded.read, loaded.loaded, loaded.repeated, loaded.quarantined) == (
        5,
        1,
        2,
        2,
    )
    assert connection.execute("select event_id from raw.usage_events").fetchall() == [
        ("a",)
    ]


def test_a_block_of_nothing_is_set_aside_because_nothing_can_be_divided_by_it(tmp_path):
    contract = all_contracts()["raw.plan_items"]
    body = (
        "plan_version_id,billing_kind,included_quantity,overage_unit_size,"
        "overage_unit_price_cents\nv1,dns_zones,1,0,50\n"
    )
    _, loaded = load(tmp_path, body, contract=contract)
    assert (loaded.loaded, loaded.quarantined) == (0, 1)


def test_a_log_does_not_begin_in_another_century(tmp_path):
    """Its tenant's periods would not reach to today, and nothing would be charged."""
    head = "activity_id,sequence,tenant_id,resource_id,activity_type,created_at\n"
    body = head + "a,1,t,r,create_relay,0001-01-01\nb,2,t,r,create_relay,2026-01-01\n"
    contract = all_contracts()["raw.activities"]
    _, loaded = load(tmp_path, body, contract=contract)
    assert (loaded.loaded, loaded.quarantined) == (1, 1)


def test_a_machine_deleted_before_it_was_made_is_set_aside_and_not_free(tmp_path):
    row = "{},t,shared-cpu-1x,active,2026-05-02,{}\n"
    header = "deployment_id,tenant_id,instance_type,status,created_at,deleted_at\n"
    body = header + row.format("a", "2026-05-01") + row.format("b", "2026-05-02")
    machines = all_contracts()["raw.hosted_deployments"]
    connection, loaded = load(tmp_path, body, contract=machines)
    assert (loaded.loaded, loaded.quarantined) == (1, 1)
    found = connection.execute("select reason from raw.quarantine").fetchall()
    assert found[0][0].endswith("deleted_at >= created_at")


def test_a_subscription_that_ends_before_it_starts_is_set_aside(tmp_path):
    head = "subscription_id,tenant_id,plan_version_id,started_at,ended_at\n"
    body = head + "a,t,v,2026-02-01,2026-01-01\nb,t,v,2026-02-01,2026-02-01\n"
    contract = all_contracts()["raw.subscriptions"]
    connection, _ = load(tmp_path, body, contract=contract)
    assert connection.execute(
        "select subscription_id from raw.subscriptions"
    ).fetchall() == [("b",)]


def test_json_lines_load_like_a_table(tmp_path):
    body = (
        '{"event_id":"a","tenant_id":"t","deployment_id":"d","billing_kind":"k",'
        '"quantity":1.5,"occurred_at":"2026-05-01T00:00:00Z"}\n\nno json\n[1, 2]\n'
    )
    connection, loaded = load(tmp_path, body, suffix="jsonl")
    assert (loaded.loaded, loaded.quarantined) == (1, 2)
    query = "select source_row, raw_text from raw.quarantine order by source_row"
    assert connection.execute(query).fetchall() == [(2, "no json"), (3, "[1, 2]")]


def test_a_strict_table_is_read_whole_or_not_at_all(tmp_path):
    contract = all_contracts()["raw.credit_ledger_import"]
    with pytest.raises(SourceRefused, match="lifetime_consumed"):
        load(tmp_path, "install_id,lifetime_consumed\na,1\nb,many\n", contract=contract)


def test_a_file_without_its_key_column_is_refused_by_name(tmp_path):
    with pytest.raises(SourceRefused, match="no column event_id"):
        load(tmp_path, "id,tenant_id\n1,t\n")


def test_an_empty_file_is_an_empty_table(tmp_path):
    _, loaded = load(tmp_path, "")
    assert loaded.read == 0
