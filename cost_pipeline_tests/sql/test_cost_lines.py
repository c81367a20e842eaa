"""What a line is, which resource it is for, whose it is, and why nobody's."""

import json
from pathlib import Path

import pytest

from cost_pipeline.load.reference import SEEDS
from cost_pipeline_tests.bill_world import MAY_2, BillWorld, csv_file, line
from cost_pipeline_tests.tables import fresh_warehouse

VECTORS = Path(__file__).parents[1] / "golden" / "vectors" / "arcadia_verified.json"
CASES = json.loads(VECTORS.read_text("utf-8"))["cases"]
MARCH_APRIL = "2026-04-01 00:00:00 +0000,2026-04-03 06:11:00 +0000"
LATE_APRIL = "2026-04-03 06:11:00 +0000,2026-05-01 00:00:00 +0000"
NAMES = (
    *("resource_id", "provider", "provider_account", "kind", "provider_id", "name"),
    *("size", "role", "tenant_id", "deployment_id", "valid_from", "valid_to"),
)
# Kind, id, name, size, role, tenant, from, to.
INVENTORY = """
    droplet     1         Git.x.com   s-1vcpu-1gb tenant   acme   2026-01-01 null
    droplet     2         web         s-1vcpu-1gb tenant   old    2026-01-01 04-03T06:15
    droplet     3         web         s-2vcpu-4gb tenant   new    04-03T06:11 null
    droplet     4         twin        s-1vcpu-1gb shared   -      2026-01-01 null
    droplet     5         twin        s-1vcpu-1gb shared   -      2026-01-01 null
    droplet     6         moved       s-1vcpu-1gb tenant   first  2026-01-01 04-10T00:00
    droplet     6         moved       s-1vcpu-1gb tenant   second 04-10T00:00 null
    droplet     7         later       s-1vcpu-1gb internal -      05-02T00:00 null
    snapshot    8         snap_(a)    null        tenant   acme   2026-01-01 null
    floating_ip 203.0.113.7 203.0.113.7 null        internal -      2026-01-01 null
    snapshot    10        pre-2026.01 null        tenant   acme   2026-01-01 null
"""


def inventory() -> str:
    """The inventory above with all columns."""
    rows = [" | ".join(NAMES)]
    for text in INVENTORY.strip().splitlines():
        kind, given, name, size, role, tenant, start, end = text.split()
        tenant = "unattributed" if tenant == "-" else tenant
        instants = [
            f"2026-{at.replace('T', ' ')}:00" if "T" in at else at
            for at in (start, end)
        ]
        cells = (
            *(f"do:main:{kind}:{given}", "do", "main", kind, given),
            *(name.replace("_", " "), size, role, tenant, f"{tenant}-app", *instants),
        )
        rows.append(" | ".join(cells))
    return "\n".join(rows)


def cost_lines(tmp_path, *lines, items=()):
    world = BillWorld(tmp_path, given={"core.resources": inventory()})
    total = world.rows(
        "select cast(sum(cast(replace(v, '$', '') as decimal(9,2))) as varchar) "
        f"from (select unnest({[row.split(chr(34))[1] for row in lines]}) as v)"
    )
    world.biller.bill("u", total[0][0], csv_file(*lines))
    if items:
        world.biller.lines["u"] = list(items)
    world.sync()
    world.books(MAY_2, tables=("core.cost_lines",))
    return world.rows(
        "select resource_id, match_method, unmatched_reason, tenant_id "
        "from core.cost_lines order by line_number"
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(
            line(description="GIT.X.COM (s-1vcpu-1gb)"),
            ("do:main:droplet:1", "name", "", "acme"),
            id="a name, whatever its case",
        ),
        pytest.param(
            line(
                description="git.x.com (Weekly Backup Services)",
                product="Droplet Backups",
            ),
            ("do:main:droplet:1", "name", "", "acme"),
            id="a backup is of its machine",
        ),
        pytest.param(
            line(description="web (s-1vcpu-1gb)", dates=MARCH_APRIL),
            ("do:main:droplet:2", "name", "", "old"),
            id="before it was made anew",
        ),
        pytest.param(
            line(description="web (s-2vcpu-4gb)", dates=LATE_APRIL),
            ("do:main:droplet:3", "name", "", "new"),
            id="made anew under the same name",
        ),
        pytest.param(
            line(description="twin (s-1vcpu-1gb)"),
            ("none", "none", "ambiguous", "unattributed"),
            id="two of one name: nobody is picked",
        ),
        pytest.param(
            line(description="moved (s-1vcpu-1gb)"),
            ("do:main:droplet:6", "name", "", "first"),
            id="whoever had it when the line began",
        ),
        pytest.param(
            line(description="later (s-1vcpu-1gb)"),
            (
                "do:main:droplet:named:later",
                "none",
                "destroyed_historic",
                "unattributed",
            ),
            id="a name that only later was somebody's",
        ),
        pytest.param(
            line(
                description="snap (a) (fra1) 10.15GB Droplet Snapshot",
                product="Droplet Snapshots",
            ),
            ("do:main:snapshot:8", "name", "", "acme"),
            id="a name with a parenthesis of its own",
        ),
        pytest.param(
            line(
                description="pre_2026 01 (fra1) 1GB Droplet Snapshot",
                product="Droplet Snapshots",
            ),
            ("none", "none", "name_variance", "unattributed"),
            id="a name that differs in punctuation",
        ),
        pytest.param(
            line(
                description="Unused Floating IP - 203.0.113.7", product="Floating IPs"
            ),
            ("do:main:floating_ip:203.0.113.7", "name", "", "unattributed"),
            id="an address",
        ),
        pytest.param(
            line(description="Spaces ($5/mo 250GiB)", product="Spaces Subscription"),
            ("none", "none", "account_level", "unattributed"),
            id="a fee of the account",
        ),
        pytest.param(
            line(description="GST (10%)", product="Taxes"),
            ("none", "none", "tax", "unattributed"),
            id="a tax",
        ),
        pytest.param(
            line(description="Teleport (x)", product="Quantum Gates"),
            ("none", "none", "unknown", "unattributed"),
            id="a product no rule fits",
        ),
    ],
)
def test_a_line_has_a_resource_or_a_reason(tmp_path, row, expected):
    assert cost_lines(tmp_path, row) == [expected]


def item(description, amount, **ids):
    return {
        "product": "Droplets",
        "description": description,
        "amount": amount,
        "start_time": "2026-04-01T00:00:00Z",
        "end_time": "2026-05-01T00:00:00Z",
        **ids,
    }


def test_an_id_is_the_very_thing_and_wins_over_a_name(tmp_path):
    found = cost_lines(
        tmp_path,
        line(description="twin (s-1vcpu-1gb)"),
        line(description="twin (s-1vcpu-1gb)"),
        line("$2.00", "git.x.com (s-1vcpu-1gb)"),
        line("$3.00", "git.x.com (s-1vcpu-1gb)"),
        items=[
            item("git.x.com (s-1vcpu-1gb)", "3.00", resource_id="99"),
            item("twin (s-1vcpu-1gb)", "1.00", resource_id="5"),
            item("twin (s-1vcpu-1gb)", "1.00", resource_id="4"),
            item("git.x.com (s-1vcpu-1gb)", "2.00"),
        ],
    )
    assert sorted(row[0] for row in found[:2]) == [
        "do:main:droplet:4",
        "do:main:droplet:5",
    ]
    assert found[2][:2] == ("do:main:droplet:1", "name")
    assert found[3][:3] == ("do:main:droplet:99", "none", "destroyed_historic")


def test_a_line_without_a_resource_is_its_projects_owners(tmp_path):
    world = BillWorld(tmp_path)
    world.given = {
        "raw.observations": """
            kind     | provider_id | account | observed_at         | document
            projects | p1          | do:main | 2026-05-01 00:00:00 | {"name": "Acme"}
            projects | p2          | do:main | 2026-05-01 00:00:00 | {"name": "Twin"}
            projects | p3          | do:main | 2026-05-01 00:00:00 | {"name": "Twin"}
        """,
        "raw.project_links": """
            provider_project_id | tenant_id | role   | valid_from | valid_to
            p1                  | before    | tenant | 2020-01-01 | 2026-04-01
            p1                  | acme      | tenant | 2026-04-01 | null
            p2                  | acme      | tenant | 2020-01-01 | null
        """,
    }
    rows = [line(project="ACME"), line(project="Twin"), line(project="Unheard")]
    world.biller.bill("u", "3.00", csv_file(*rows))
    world.sync()
    world.books(tables=("core.cost_lines",))
    assert world.rows(
        "select tenant_id, owner_source from core.cost_lines order by line_number"
    ) == [("acme", "project"), ("unattributed", "none"), ("unattributed", "none")]


def test_products_are_of_the_kinds_the_original_gave_them():
    rules = (SEEDS / "product_kinds.csv").read_text("utf-8")
    assert "unclassified" not in rules
    products = {
        c["in"]["product"]: c["out"]["kind"]
        for c in CASES
        if c["name"] == "derive_kind"
    }
    with fresh_warehouse() as connection:
        for product, kind in products.items():
            found = connection.execute(
                "select kind, charge_category from ref.product_kinds "
                "where regexp_matches(lower(?) || ' | ', pattern) order by priority",
                [product],
            ).fetchall()[0]
            # What is no resource has no kind there and is told by its category here.
            assert found == (kind or "tax", "usage" if kind else "tax")


def test_priorities_are_unique_so_that_exactly_one_rule_decides():
    with fresh_warehouse() as connection:
        assert connection.execute(
            "select count(*) - count(distinct priority) from ref.product_kinds"
        ).fetchall() == [(0,)]


def test_names_stated_by_the_original_are_cut_as_stated(tmp_path):
    names = [c for c in CASES if c["name"] == "line_name"]
    products = {"droplet": "Droplets", "droplet_backup": "Droplet Backups"}
    world = BillWorld(tmp_path)
    rows = [
        line(description=c["in"]["description"], product=products[c["in"]["kind"]])
        for c in names
    ]
    world.biller.bill("u", f"{len(rows)}.00", csv_file(*rows))
    world.sync()
    world.books(tables=("core.charges",))
    found = world.rows("select lower(line_name) from core.charges order by line_number")
    assert [name for (name,) in found] == [c["out"]["match_name"] for c in names]
