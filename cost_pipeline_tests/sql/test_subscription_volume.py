"""A hundred thousand activities go through in one piece; how fast is not asserted."""

from datetime import UTC, date, datetime

from cost_pipeline_tests.sql.subscription_tables import give_plans, problems, run_once
from cost_pipeline_tests.tables import fresh_warehouse

LOG = """
insert into raw.activities
select
    'a' || range as activity_id,
    range as sequence,
    'tenant-' || (range % 10000) as tenant_id,
    'relay-' || (range % 2) as resource_id,
    case
        when range < 10000 then 'create_relay'
        when range % 7 < 3 then 'update_relay'
        when range % 7 < 5 then 'deactivate_relay'
        else 'activate_relay'
    end as activity_type,
    case when range % 7 < 4 then 'basic' else 'pro' end as plan_code,
    timestamp '2026-01-01' + to_seconds(range * 100) as created_at,
    'test' as source_file,
    range as source_row
from range(100000)
"""


def test_a_hundred_thousand_activities_keep_every_rule() -> None:
    now = datetime(2026, 5, 20, tzinfo=UTC)
    with fresh_warehouse(now, date(2000, 1, 1)) as connection:
        long_ago = datetime(2020, 1, 1)
        plans = [("basic", "Basic", 1, 1000), ("pro", "Pro", 1, 3000)]
        give_plans(connection, [(*plan, long_ago, None) for plan in plans])
        connection.execute(LOG)
        assert run_once(connection).new > 10_000
        assert run_once(connection).new == 0
        assert problems(connection) == []
