"""Rows for Request Tracker 5 as its own code writes them: users and their principals, role groups of tickets, mail.

Usage: rt_fill.py DATABASE (MariaDB on 127.0.0.1, made from the package's schema.mysql).
"""

import random
import sys
from datetime import datetime, timedelta

import pymysql

random.seed(6)
db = pymysql.connect(host="127.0.0.1", user="root", database=sys.argv[1], autocommit=True)
cursor = db.cursor()
cursor.execute("SET sql_mode=''")
START = datetime(2026, 2, 3, 9)
GIVEN = [
    "Sanne",
    "Daan",
    "Emma",
    "Lucas",
    "Julia",
    "Finn",
    "Sophie",
    "Jonas",
    "Marie",
    "Pierre",
    "Camille",
    "Ahmed",
    "Fatima",
    "Priya",
    "Wei",
    "Olga",
]
FAMILY = [
    "Jansen",
    "Bakker",
    "Visser",
    "Smit",
    "Meijer",
    "Mueller",
    "Schmidt",
    "Dupont",
    "Moreau",
    "Yilmaz",
    "Nguyen",
    "Okafor",
]
SUBJECTS = ["printer op zolder", "kan niet inloggen", "factuur klopt niet", "nieuwe laptop"]


def put(table: str, **values: object) -> int:
    names = ", ".join(f"`{n}`" for n in values)
    cursor.execute(f"INSERT INTO `{table}` ({names}) VALUES ({', '.join(['%s'] * len(values))})", list(values.values()))
    return int(cursor.lastrowid)


def made(who: int, day: int = 0) -> dict[str, object]:
    at = START + timedelta(days=day)
    return {"Creator": who, "Created": at, "LastUpdatedBy": who, "LastUpdated": at}


def principal(kind: str) -> int:
    return put("Principals", PrincipalType=kind, Disabled=0)


def user(number: int) -> int:
    given, family = random.choice(GIVEN), random.choice(FAMILY)
    key, staff = principal("User"), number < 8
    mail = f"{given}.{family}{number}@{'beheer' if staff else 'postvak'}.example".lower()
    put(
        "Users",
        id=key,
        Name=f"{given}{number}".lower() if staff else mail,
        Password="!bcrypt!10!KWGPaTEStHashOnly" if staff else "*NO-PASSWORD*",
        EmailAddress=mail,
        RealName=f"{given} {family}",
        Lang="nl",
        Comments="belt liever" if number % 9 == 0 else None,
        Signature=f"Groet, {given}" if staff else None,
        Organization="Gemeente Oever" if number % 5 == 0 else None,
        MobilePhone=f"06-{random.randint(10000000, 99999999)}" if number % 3 == 0 else None,
        Address1=f"Lijnbaan {number}" if number % 4 == 0 else None,
        City="Utrecht" if number % 4 == 0 else None,
        Zip="3511 AB" if number % 4 == 0 else None,
        **made(1, number),
    )
    return key


def group(domain: str, name: str, instance: int, members: list[int]) -> int:
    key = principal("Group")
    put("Groups", id=key, Name=name, Domain=domain, Instance=instance, **made(1))
    for member in members:
        put("GroupMembers", GroupId=key, MemberId=member, **made(1))
        via = put("CachedGroupMembers", GroupId=key, MemberId=member, ImmediateParentId=key, Disabled=0)
        cursor.execute("UPDATE CachedGroupMembers SET Via = id WHERE id = %s", [via])
    return key


def ticket(number: int, queue: int, staff: list[int], people: list[int], field: int) -> None:
    asker, owner = random.choice(people), random.choice(staff)
    subject = random.choice(SUBJECTS)
    key = put(
        "Tickets", Queue=queue, Type="ticket", Owner=owner, Subject=subject, Status="open", **made(asker, number % 40)
    )
    cursor.execute("UPDATE Tickets SET EffectiveId = id WHERE id = %s", [key])
    group("RT::Ticket-Role", "Requestor", key, [asker])
    group("RT::Ticket-Role", "Owner", key, [owner])
    group("RT::Ticket-Role", "Cc", key, random.sample(people, 1))
    about = {"ObjectType": "RT::Ticket", "ObjectId": key}
    texts = ["Beste, mijn printer doet het niet. Bel 0612345678.", "Is opgelost door Daan.", "Dank!"]
    for i, text in enumerate(texts[: random.randint(1, 3)]):
        who = asker if i != 1 else owner
        line = put(
            "Transactions", **about, Type="Correspond" if i else "Create", Creator=who, Created=START, Data=subject
        )
        put(
            "Attachments",
            TransactionId=line,
            Parent=0,
            Subject=subject,
            ContentType="text/plain",
            Content=text.encode(),
            Headers=f"From: {who}\nSubject: {subject}\n",
            Creator=who,
            Created=START,
        )
    put(
        "Transactions",
        **about,
        Type="Set",
        Field="Owner",
        OldValue=str(random.choice(staff)),
        NewValue=str(owner),
        Creator=owner,
        Created=START,
    )
    put(
        "ObjectCustomFieldValues",
        CustomField=field,
        **about,
        Content=f"06{random.randint(10000000, 99999999)}",
        **made(owner),
    )


for name in ("RT_System", "Nobody"):
    key = principal("User")
    put("Users", id=key, Name=name, RealName=name, **made(1))
staff = [user(i) for i in range(8)]
people = [user(i) for i in range(8, 60)]
put("Classes", Name="Uitleg", **made(staff[0]))
helpers = group("UserDefined", "Helpdesk", 0, staff)
queues = [
    put(
        "Queues",
        Name=name,
        CorrespondAddress=f"{name.lower()}@beheer.example",
        CommentAddress="",
        Lifecycle="default",
        **made(1),
    )
    for name in ("Werkplek", "Facturen")
]
field = put("CustomFields", Name="Terugbelnummer", Type="Freeform", LookupType="RT::Queue-RT::Ticket", **made(1))
put("ObjectCustomFields", CustomField=field, ObjectId=0, **made(1))
for queue in queues:
    put(
        "ACL",
        PrincipalType="Group",
        PrincipalId=helpers,
        RightName="OwnTicket",
        ObjectType="RT::Queue",
        ObjectId=queue,
        **made(1),
    )
    put("Templates", Queue=queue, Name="Autoreply", Type="Perl", Content="Dank voor uw bericht.", **made(1))
for number in range(140):
    ticket(number, random.choice(queues), staff, people, field)
for who in staff:
    about = {"ObjectType": "RT::User", "ObjectId": who}
    put("Attributes", Name="Pref-RT::System", Content=b"Lang: nl\n", ContentType="storable", **about, **made(who))
    put("AuthTokens", Owner=who, Token=f"bcrypt-{who}-x", Description="telefoon", **made(who))
    put(
        "sessions",
        id=f"{who:032x}",
        a_session=f"CurrentUser {who} 192.0.2.{who % 250}".encode(),
        LastUpdated=datetime.now(),
    )
for number in range(30):
    put(
        "Links",
        Base=f"fsck.com-rt://beheer.example/ticket/{number + 1}",
        Target=f"fsck.com-rt://beheer.example/ticket/{number + 2}",
        Type="RefersTo",
        LocalBase=number + 1,
        LocalTarget=number + 2,
        **made(random.choice(staff)),
    )
for number in range(12):
    put(
        "Articles", Name=f"Uitleg {number}", Summary="Zo reset je een wachtwoord", Class=1, **made(random.choice(staff))
    )
    put(
        "Assets",
        Name=f"Laptop {number}",
        Catalog=1,
        Status="in-use",
        Description="op naam",
        **made(random.choice(staff)),
    )
