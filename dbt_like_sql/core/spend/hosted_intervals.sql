/*
When each hosted machine was in which status, up to the run's now.

A machine that was stopped or deleted keeps the hours it ran: what is asked is not what
it is now but what it was when. Before its first known status a machine is taken to
have been deploying. A machine without any history has the status it has now, all along.

grain: deployment_id, start_at
check: start_at < end_at
warn: is_known_status

instance_type: Its type.
status: Status during the interval.
start_at: First instant.
end_at: First instant after, at most the run's now.
is_open: Whether it lasts beyond the run's now.
has_history: Whether status events tell of the machine.
is_known_status: Whether ref.accruing_statuses names the status.
is_accruing: Whether the interval costs money.
*/
with events as (
    select
        deployment_id,
        status,
        occurred_at,
        min(occurred_at) over (partition by deployment_id) as first_at
    from staging.hosted_status_events
),

changes as (
    select deployment_id, status, occurred_at as changed_at, true as has_history
    from events
    union all
    select
        machines.deployment_id,
        case when events.first_at is null then machines.status else 'deploying' end,
        machines.created_at,
        events.first_at is not null
    from staging.hosted_deployments as machines
    left join events
        on machines.deployment_id = events.deployment_id
        and events.occurred_at = events.first_at
    where coalesce(events.first_at > machines.created_at, true)
),

closed as (
    select
        *,
        lead(changed_at) over (partition by deployment_id order by changed_at) as next_at
    from changes
),

intervals as (
    select
        machines.deployment_id,
        machines.tenant_id,
        machines.instance_type,
        closed.status,
        greatest(closed.changed_at, machines.created_at) as start_at,
        least(
            coalesce(closed.next_at, clock.now_at),
            coalesce(machines.deleted_at, clock.now_at)
        ) as end_at,
        closed.next_at is null and machines.deleted_at is null as is_open,
        closed.has_history
    from staging.hosted_deployments as machines
    join closed using (deployment_id)
    cross join ref.clock as clock
)

select
    intervals.deployment_id,
    intervals.tenant_id,
    intervals.instance_type,
    intervals.status,
    intervals.start_at,
    intervals.end_at,
    intervals.is_open,
    intervals.has_history,
    statuses.status is not null as is_known_status,
    cast(
        case
            when intervals.has_history then coalesce(statuses.is_accruing, false)
            else coalesce(statuses.is_accruing_without_history, false)
        end as boolean
    ) as is_accruing
from intervals
left join ref.accruing_statuses as statuses using (status)
where intervals.start_at < intervals.end_at
