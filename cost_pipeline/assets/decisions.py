"""Operator decisions as jobs with typed config: the launchpad asks for what is needed.

Each is one step around one function of `books/`, made from the same table as the
commands, so that neither can do what the other cannot.
"""

import dagster as dg

from cost_pipeline.assets.groups import WAREHOUSE_POOL
from cost_pipeline.books.decisions import DECISIONS, Operation, Parameter
from cost_pipeline.resources import Warehouse


def field_of(parameter: Parameter) -> dg.Field:
    """One typed entry of the launchpad, with its words."""
    if parameter.is_required:
        return dg.Field(str, description=parameter.help)
    default = parameter.default
    return dg.Field(dg.Noneable(str), default_value=default, description=parameter.help)


def decision_job(name: str, operation: Operation) -> dg.JobDefinition:
    """Build the job of one decision; a refusal fails its step with the reason."""
    plain = name.replace("-", "_")

    @dg.op(
        name=f"{plain}_step",
        description=operation.help,
        pool=WAREHOUSE_POOL,
        config_schema={p.name: field_of(p) for p in operation.parameters},
        required_resource_keys={"warehouse"},
    )
    def step(context: dg.OpExecutionContext) -> None:
        warehouse: Warehouse = context.resources.warehouse
        given = dict(context.op_config)
        decided = operation.decide(warehouse.connection, warehouse.segments, **given)
        context.log.info(f"{decided.decision} {decided.subject_id} is decided")

    @dg.job(name=plain, description=operation.help, executor_def=dg.in_process_executor)
    def job() -> None:
        step()

    return job


jobs = [decision_job(name, operation) for name, operation in DECISIONS.items()]
