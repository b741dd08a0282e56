"""Attack 30: "we have nothing of you", because the identifier was written differently.

What the map says is compared so, is found in every such spelling. What it does not say may not become a false answer:
where nothing was found as it was written, it is looked for in other spellings, and the answer is refused until a person
has looked.
"""

from __future__ import annotations

import io
import unicodedata

import pytest

from waarborg.datamap.model import Identifier, SubjectDecl, TableDecl
from waarborg.errors import PlanError
from waarborg.plans import near as module
from waarborg.terms import SubjectRef
from worlds import Build, World, columns_of, table

MEMBER = table("member", "id int, email text, phone text?, iban text?, name text?")
JOSE = "José.Kanarie@Voorbeeld.example"
ROWS = {
    "member": [
        (1, JOSE, "+31 6 01234567", "NL91ABNA0417164300", "José"),
        (2, "jose.kanarie@voorbeeld.example", None, None, "Jose"),
        (3, "jan+winkel@voorbeeld.example", None, None, "Jan"),
        (4, "janneke@voorbeeld.example", None, None, "Janneke"),
        (5, "jan@anders.example", None, None, "Andere Jan"),
    ]
}
WRITTEN = {
    "case": {"email": JOSE.upper()},
    "blanks": {"email": f"  {JOSE} "},
    "composed otherwise": {"email": unicodedata.normalize("NFD", JOSE)},
    "telephone number": {"phone": "0601234567"},
    "telephone number in groups": {"phone": "06-01 23 45 67"},
    "account number": {"iban": "nl91 abna 0417 1643 00"},
    "without the tag": {"email": "jan@voorbeeld.example"},
    "with another tag": {"email": "Jan+nieuws@voorbeeld.example"},
}
DECLARED = ("case", "blanks", "composed otherwise", "telephone number", "telephone number in groups")


def made(world: Build, *, declared: bool) -> World:
    normal = ("trim", "lowercase", "nfc") if declared else ()
    identifiers = (
        Identifier("email", "email", normal),
        Identifier("phone", "phone", ("phone",) if declared else ()),
        Identifier("iban", "iban"),
    )
    columns = columns_of(email="account.email", phone="account.phone", iban="billing.iban", name="account.name")
    return world([MEMBER], [TableDecl("app.member", SubjectDecl(("id",), identifiers), columns=columns)], ROWS)


def answer(w: World, identifiers: dict[str, str]) -> str:
    out = io.StringIO()
    w.planner.access(SubjectRef(identifiers), out)
    return out.getvalue()


@pytest.mark.parametrize("how", DECLARED)
def test_attack_30_what_the_map_says_is_compared_so_is_found(world: Build, how: str) -> None:
    told = answer(made(world, declared=True), WRITTEN[how])
    assert JOSE in told
    assert "jose.kanarie@voorbeeld.example" not in told  # another letter, another person


@pytest.mark.parametrize("how", WRITTEN)
def test_attack_30_otherwise_it_is_not_said_that_there_is_nothing(world: Build, how: str) -> None:
    w = made(world, declared=False)
    with pytest.raises(PlanError, match=r"WB480.*1 row\(s\)") as refused:
        answer(w, WRITTEN[how])
    with pytest.raises(PlanError, match="WB480"):
        w.planner.plan_erasure([SubjectRef(WRITTEN[how])])
    assert not [one for value in WRITTEN[how].values() for one in refused.value.findings if value.strip() in str(one)]


@pytest.mark.parametrize("how", WRITTEN)
def test_attack_30_sabotage_without_looking_again_the_answer_is_a_false_one(
    world: Build, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "near", lambda planner, person: ())
    assert '"data": [\n]' in answer(made(world, declared=False), WRITTEN[how])


@pytest.mark.parametrize(
    "nobody", [{"email": "kanarie@voorbeeld.example"}, {"email": "jann@voorbeeld.example"}, {"phone": "0609999999"}]
)
def test_attack_30_who_is_really_not_there_hears_so(world: Build, nobody: dict[str, str]) -> None:
    w = made(world, declared=False)
    assert '"data": [\n]' in answer(w, nobody)
    assert w.planner.plan_erasure([SubjectRef(nobody)])[0].empty
