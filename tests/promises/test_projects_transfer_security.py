"""Taakveld's promises about where data stands, and how it is kept safe."""

from __future__ import annotations

from tests.promises.kit import World, edit, promise, spoil
from tests.promises.taakveld import member

from waarborg.policy.checks import CHECKS


def open_to_everybody(world: World) -> None:
    world.database.chmod(0o644)


TO_AMERICA = "safeguard: {kind: standard_contractual_clauses, from: 2026-01-01, until: 2029-01-01}"


@promise(
    "projects.23",
    sabotage=[
        edit("policy.yaml", TO_AMERICA, "safeguard: {kind: privacy_shield}"),
        spoil("waarborg.policy.checks.recipients._why_dead", lambda transfer, country, today: ""),
    ],
)
def test_projects_23_a_transfer_rests_on_a_safeguard_that_stands(world: World) -> None:
    assert world.promises("transfers.hosting_us")["transfers.hosting_us"]["state"] == "kept"
    who = member(world, "EXISTS (SELECT 1 FROM attachment a JOIN task t ON a.holder_id = t.id AND a.holder_type = 'Task'"
                 " JOIN project_member p ON p.project_id = t.project_id WHERE p.member_id = m.id)")  # fmt: skip
    (transfer,) = world.access(who.email)["information"]["transfers"]
    assert (transfer["country"], transfer["safeguard"]) == ("US", "standard_contractual_clauses")
    world.edit("policy.yaml", TO_AMERICA, "safeguard: {kind: privacy_shield}")  # void since July 2020
    assert world.promises("transfers.hosting_us")["transfers.hosting_us"]["state"] == "broken"
    world.edit("policy.yaml", "safeguard: {kind: privacy_shield}", TO_AMERICA)
    world.travel(days=800)
    assert world.promises("transfers.hosting_us")["transfers.hosting_us"]["state"] == "broken"  # it ended


@promise(
    "projects.60",
    sabotage=[
        open_to_everybody,
        spoil("waarborg.policy.checks.CHECKS", tuple(check for check in CHECKS if check.id != "WB017")),
    ],
)
def test_projects_60_measures_are_looked_at_and_nothing_absolute_is_promised(world: World) -> None:
    found = world.promises("measures.tls", "measures.access", "measures.datacentre")
    assert (found["measures.tls"]["state"], found["measures.access"]["state"]) == ("kept", "kept")
    assert found["measures.datacentre"]["state"] == "not_shown"
    document = world.folder / "iso.pdf"
    document.write_text("a certificate")
    world.must("attest", "measures.datacentre", "--document", str(document), "--until", "2027-11-30")
    assert world.promises("measures.datacentre")["measures.datacentre"]["state"] == "attested"
    world.travel(days=370)
    assert world.promises("measures.datacentre")["measures.datacentre"]["state"] == "broken"
    world.edit("policy.yaml", "en: The datacentre is secured.", "en: Your data is 100% safe with us.")
    assert "WB017" in world.findings("--offline")


@promise("projects.61", sabotage=[
    edit("datamap.yaml", "region: NL}", "region: BR}"),
    spoil("waarborg.policy.checks.recipients.EEA", frozenset({"BR", "NL", "BE", "DE", "IE"})),
])  # fmt: skip
def test_projects_61_every_store_and_host_stands_where_it_was_said(world: World) -> None:
    assert "WB708" not in world.findings()
    world.edit("policy.yaml", "    name: Cloudpeak Inc.\n    label: {nl: bewaart bijlagen, en: stores attachments}\n    role: processor\n    country: US",
               "    name: Cloudpeak Inc.\n    label: {nl: bewaart bijlagen, en: stores attachments}\n    role: processor\n    country: BR")  # fmt: skip
    assert "WB055" in world.findings("--offline")
