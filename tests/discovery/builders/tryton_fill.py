"""Fill Tryton through its own pool."""

import datetime
import random
import sys

from trytond.config import config

config.update_etc(sys.argv[1])
from trytond.pool import Pool
from trytond.transaction import Transaction

Pool.start()
pool = Pool("scan_tryton")
pool.init()
F = ["Anna", "Jan", "Pieter", "Lotte", "Hans", "Sophie", "Marie", "Lucas", "Emma", "Daan", "Greta", "Julien"]
L = ["de Vries", "Jansen", "Müller", "Dupont", "Bakker", "Schmidt", "Moreau", "Smit", "Weber", "Laurent"]
random.seed(3)
with Transaction().start("scan_tryton", 1, context={}) as t:
    Party = pool.get("party.party")
    Country = pool.get("country.country")
    U = pool.get("res.user")
    Cur = pool.get("currency.currency")
    Comp = pool.get("company.company")
    Emp = pool.get("company.employee")
    (nl,) = Country.create([{"name": "Nederland", "code": "NL"}])
    (eur,) = Cur.create([{"name": "Euro", "symbol": "€", "code": "EUR"}])
    (cp,) = Party.create([{"name": "Taakveld B.V."}])
    (comp,) = Comp.create([{"party": cp.id, "currency": eur.id}])
    parties = Party.create(
        [
            {
                "name": f"{random.choice(F)} {random.choice(L)}",
                "addresses": [
                    (
                        "create",
                        [
                            {
                                "street_unstructured": f"Dorpsstraat {i}",
                                "city": "Utrecht",
                                "postal_code": f"35{10 + i} AB",
                                "country": nl.id,
                            }
                        ],
                    )
                ],
                "contact_mechanisms": [
                    (
                        "create",
                        [
                            {"type": "email", "value": f"person{i}@mail.example"},
                            {"type": "phone", "value": f"+3130123456{i % 10}"},
                            {"type": "mobile", "value": f"+3161234567{i % 10}"},
                        ],
                    )
                ],
            }
            for i in range(24)
        ]
    )
    emps = Emp.create([{"party": p.id, "company": comp.id} for p in parties[:6]])
    users = U.create(
        [
            {
                "name": p.name,
                "login": f"user{i}",
                "email": f"user{i}@taakveld.example",
                "password": "Zeer-geheim-wachtwoord-9",
                "companies": [("add", [comp.id])],
                "company": comp.id,
                "employees": [("add", [emps[i].id])],
                "employee": emps[i].id,
            }
            for i, p in enumerate(parties[:6])
        ]
    )
    t.commit()
    with t.set_user(users[0].id), t.set_context(company=comp.id):
        pass
with Transaction().start("scan_tryton", users[1].id, context={"company": comp.id, "_check_access": False}) as t:
    W = pool.get("timesheet.work")
    TL = pool.get("timesheet.line")
    PW = pool.get("project.work")
    SO = pool.get("sale.opportunity")
    Rel = pool.get("party.relation")
    RT = pool.get("party.relation.type")
    WU = pool.get("web.user")
    ME = pool.get("marketing.email")
    ML = pool.get("marketing.email.list")
    Note = pool.get("ir.note")
    Att = pool.get("ir.attachment")
    (w,) = W.create([{"name": "Bouw", "company": comp.id}])

    def go(what, f):
        try:
            f()
            t.commit()
        except Exception as e:
            t.rollback()
            print(what, type(e).__name__, str(e)[:150])

    go(
        "timesheet",
        lambda: TL.create(
            [
                {
                    "employee": emps[i % 6].id,
                    "work": w.id,
                    "date": datetime.date(2026, 1, 1 + i),
                    "duration": datetime.timedelta(hours=2),
                    "company": comp.id,
                    "description": "Overleg met klant over de planning",
                }
                for i in range(10)
            ]
        ),
    )
    go(
        "opp",
        lambda: SO.create(
            [
                {
                    "party": parties[8 + i].id,
                    "company": comp.id,
                    "description": "Nieuwe website",
                    "employee": emps[i % 6].id,
                }
                for i in range(8)
            ]
        ),
    )

    def rel():
        (rt,) = RT.create([{"name": "werkt voor"}])
        Rel.create([{"from_": parties[i].id, "to": parties[10 + i].id, "type": rt.id} for i in range(6)])

    go("rel", rel)
    go(
        "web",
        lambda: WU.create(
            [
                {"email": f"shop{i}@klant.example", "password": "Zeer-geheim-wachtwoord-9", "party": parties[12 + i].id}
                for i in range(8)
            ]
        ),
    )

    def mk():
        (ml,) = ML.create([{"name": "Nieuwsbrief"}])
        ME.create([{"email": f"lezer{i}@krant.example", "list_": ml.id} for i in range(8)])

    go("mail", mk)
    go(
        "note",
        lambda: Note.create(
            [
                {"resource": f"party.party,{p.id}", "message": "Belt liever op dinsdag, houdt van korte gesprekken."}
                for p in parties[:8]
            ]
        ),
    )
    go(
        "att",
        lambda: Att.create(
            [
                {"resource": f"party.party,{p.id}", "name": "Contract.pdf", "type": "link", "link": "http://x.example/"}
                for p in parties[:8]
            ]
        ),
    )
    Sale = pool.get("sale.sale")
    Inv = pool.get("account.invoice")
    go(
        "sale",
        lambda: Sale.create(
            [
                {
                    "party": p.id,
                    "company": comp.id,
                    "currency": eur.id,
                    "invoice_address": p.addresses[0].id,
                    "shipment_address": p.addresses[0].id,
                }
                for p in Party.browse([p.id for p in parties[8:16]])
            ]
        ),
    )
