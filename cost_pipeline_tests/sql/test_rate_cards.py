"""What a machine costs by its card: prices, fallbacks, and cards that are wrong."""

from datetime import datetime

import pytest

from cost_pipeline.models.library import all_audits, all_models
from cost_pipeline.models.rules import broken_audit, broken_rules
from cost_pipeline_tests.reference.spend import Machine
from cost_pipeline_tests.sql.spend_tables import (
    NO_COSTS,
    PLANS,
    give_machines,
    hosted_warehouse,
    plan,
    plans_text,
    spend_of,
)
from cost_pipeline_tests.tables import build_models

MAY = datetime(2026, 5, 1)


def test_at_published_prices_the_same_machines_cost_pennies_and_cross_nothing():
    machines = {f"m{n}": Machine("shared-cpu-1x", "active", MAY) for n in range(3)}
    given = {PLANS: plans_text({"t": plan("pro")})}
    select = "spend_cents, projected_cents, is_over, rate_card"
    found = spend_of(machines, given=given, select=select, inherited=False)
    # 3 x 1,641,600 s and 3 x 2,678,400 s at 0.00008465 cents.
    assert found == [(417, 680, False, "fly-2026-08")]


def test_an_unknown_type_costs_the_cards_fallback_and_warns():
    connection = hosted_warehouse(inherited=False)
    give_machines(connection, {"m": ("t", Machine("gpu-a100", "active", MAY))})
    build_models(connection, "core.spend_findings", given=NO_COSTS)
    spend = all_models()["core.hosted_spend"]
    assert [rule.is_warning for rule in broken_rules(connection, spend)] == [True]
    found = connection.execute("select price_cents from core.hosted_spend").fetchall()
    assert str(found[0][0]) == "0.020371200000"
    said = connection.execute("select finding, subject_id from core.spend_findings")
    assert said.fetchall() == [("unknown_instance_type", "gpu-a100")]


def test_a_card_that_states_no_fallback_falls_back_to_its_dearest_machine():
    connection = hosted_warehouse()
    connection.execute("delete from ref.rate_cards")
    build_models(connection, "core.rate_cards_in_force", given=NO_COSTS)
    query = "select price_cents from core.rate_cards_in_force where instance_type = '*'"
    assert connection.execute(query).fetchall() == [(2925,)]


def test_the_first_price_of_a_type_also_holds_before_it_was_published():
    summer = datetime(2025, 8, 1)
    machine = Machine("performance-1x", "active", summer, datetime(2025, 8, 2))
    found = spend_of({"m": machine}, select="spend_cents", inherited=False)
    assert found == [(110,)]


@pytest.mark.parametrize(
    ("inherited", "types"),
    [
        pytest.param(False, 0, id="the card in use is right"),
        pytest.param(True, 8, id="the inherited card is 50 to 80 times too high"),
    ],
)
def test_a_card_is_held_to_the_published_monthly_prices(inherited, types):
    connection = hosted_warehouse(inherited=inherited)
    build_models(connection, "core.rate_cards_in_force", given=NO_COSTS)
    audits = {audit.name: audit for audit in all_audits()}
    broken = broken_audit(connection, audits["rate_cards_match_published_prices"])
    assert sum(rule.rows for rule in broken) == types


def test_a_machine_of_a_droplet_size_costs_what_the_provider_lists():
    sizes = """
        account | slug         | price_hourly_micros | currency
        do:main | s-1vcpu-1gb  | 8_930               | USD
    """
    machine = Machine("s-1vcpu-1gb", "active", MAY)
    given = {"core.size_prices": sizes}
    found = spend_of({"m": machine}, given=given, select="spend_cents, rate_card")
    # 456 h x 0.893 cents.
    assert found == [(407, "digitalocean-sizes")]


def test_a_price_rise_cuts_the_month_where_it_begins():
    connection = hosted_warehouse()
    connection.execute(
        "insert into raw.instance_rates values ('mockforge-2026', 'shared-cpu-1x', "
        "20, 3600, '2026-05-11', 'risen', 'test', 99)"
    )
    give_machines(connection, {"m": ("t", Machine("shared-cpu-1x", "active", MAY))})
    build_models(connection, "core.spend_thresholds", given=NO_COSTS)
    found = connection.execute(
        "select spend_cents, projected_cents from core.spend_thresholds"
    ).fetchall()
    assert found == [(240 * 16 + 216 * 20, 240 * 16 + 504 * 20)]


def test_a_price_per_a_strange_unit_of_time_is_not_free_unseen():
    connection = hosted_warehouse()
    connection.execute("update raw.instance_rates set per_seconds = 7")
    give_machines(connection, {"m": ("t", Machine("shared-cpu-1x", "active", MAY))})
    build_models(connection, "core.hosted_spend", given=NO_COSTS)
    audits = {audit.name: audit for audit in all_audits()}
    assert broken_audit(connection, audits["every_running_machine_is_priced"])
