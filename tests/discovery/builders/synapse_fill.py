"""People in Matrix Synapse, entered through its own client API: rooms, messages, devices, keys, reports.

Usage: synapse_fill.py http://127.0.0.1:PORT (a home server with open registration and wide rate limits).
"""

import json
import random
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass

random.seed(3)
HOST = sys.argv[1]
GIVEN = [
    "sanne",
    "daan",
    "emma",
    "lucas",
    "julia",
    "finn",
    "sophie",
    "jonas",
    "marie",
    "pierre",
    "camille",
    "louise",
    "ahmed",
    "fatima",
    "priya",
    "wei",
    "olga",
]
FAMILY = [
    "jansen",
    "bakker",
    "visser",
    "smit",
    "meijer",
    "mueller",
    "schmidt",
    "dupont",
    "moreau",
    "yilmaz",
    "nguyen",
    "okafor",
]
AGENTS = ["Mozilla/5.0 (X11; Linux x86_64) Firefox/120.0", "Element/1.11 (Android 13)"]


@dataclass
class Person:
    id: str
    token: str
    name: str


def call(
    method: str, path: str, body: object = None, who: Person | None = None, kind: str = "application/json"
) -> dict:
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": kind, "User-Agent": random.choice(AGENTS)}
    if who:
        headers["Authorization"] = f"Bearer {who.token}"
    root = "" if path.startswith("/_matrix") else "/_matrix/client/v3"
    request = urllib.request.Request(f"{HOST}{root}{path}", method=method, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as problem:
        return {"refused": problem.code}


def register(number: int) -> Person:
    given, family = random.choice(GIVEN), random.choice(FAMILY)
    answer = call(
        "POST",
        "/register",
        {
            "username": f"{given}.{family}{number}",
            "password": "geheim12345",
            "auth": {"type": "m.login.dummy"},
            "initial_device_display_name": random.choice([f"Telefoon van {given.title()}", "Firefox op Linux"]),
        },
    )
    person = Person(answer["user_id"], answer["access_token"], f"{given.title()} {family.title()}")
    call("PUT", f"/profile/{person.id}/displayname", {"displayname": person.name}, person)
    call("PUT", f"/profile/{person.id}/avatar_url", {"avatar_url": f"mxc://hs.example/abc{number}"}, person)
    return person


def talk(number: int, people: list[Person]) -> str:
    owner = random.choice(people)
    room = {
        "name": f"{random.choice(['Verhuizing', 'Koor', 'Buurtapp'])} {number}",
        "topic": f"alles over {number}",
        "preset": "public_chat" if number % 2 else "private_chat",
        "room_alias_name": f"kamer{number}",
    }
    room_id = str(call("POST", "/createRoom", room, owner)["room_id"])
    members = random.sample(people, 9)
    for member in members:
        call("POST", f"/rooms/{room_id}/invite", {"user_id": member.id}, owner)
        call("POST", f"/rooms/{room_id}/join", {}, member)
    texts = [
        "Wie neemt de sleutel mee?",
        "Bel me op 0612345678",
        f"Ik ben om acht uur bij {random.choice(people).name}",
    ]
    for i in range(14):
        message = {"msgtype": "m.text", "body": random.choice(texts)}
        sent = call("PUT", f"/rooms/{room_id}/send/m.room.message/{number}x{i}", message, random.choice(members))
        if "event_id" not in sent:
            continue
        event, reader = sent["event_id"], random.choice(members)
        call("POST", f"/rooms/{room_id}/receipt/m.read/{event}", {}, reader)
        relation = {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": "+"}}
        call("PUT", f"/rooms/{room_id}/send/m.reaction/{number}r{i}", relation, reader)
        if i % 7 == 0:
            call("POST", f"/rooms/{room_id}/report/{event}", {"reason": "onaardig", "score": -50}, reader)
    return room_id


def live(number: int, person: Person, other: Person, after: Person, room: str) -> None:
    call("PUT", f"/user/{person.id}/account_data/m.direct", {other.id: ["!a:hs"]}, person)
    call("GET", "/sync?timeout=0", None, person)
    call("POST", f"/user/{person.id}/filter", {"room": {"timeline": {"limit": 5}}}, person)
    if number % 3:
        return
    pusher = {
        "kind": "http",
        "app_id": "x",
        "app_display_name": "Element",
        "device_display_name": "Telefoon",
        "pushkey": f"tok{number}",
        "lang": "nl",
        "data": {"url": "https://push.example/_matrix/push/v1/notify"},
    }
    call("POST", "/pushers/set", pusher, person)
    once = {"key": "abc", "signatures": {}}
    call("POST", "/keys/upload", {"one_time_keys": {f"signed_curve25519:AA{number}": once}}, person)
    call("PUT", f"/sendToDevice/m.test/{number}", {"messages": {after.id: {"*": {"a": 1}}}}, person)
    call("POST", f"/user/{person.id}/openid/request_token", {}, person)
    call("PUT", f"/presence/{person.id}/status", {"presence": "online", "status_msg": "in vergadering"}, person)
    call("PUT", f"/user/{person.id}/rooms/{room}/tags/m.favourite", {"order": 0.2}, person)
    call("POST", "/_matrix/media/v3/upload?filename=foto%20van%20oma.png", b"\x89PNG1234", person, "image/png")
    rule = {"actions": ["notify"], "pattern": person.name.split()[0]}
    call("PUT", f"/pushrules/global/content/woord{number}", rule, person)
    backup = {
        "algorithm": "m.megolm_backup.v1.curve25519-aes-sha2",
        "auth_data": {"public_key": "abc", "signatures": {}},
    }
    version = call("POST", "/room_keys/version", backup, person).get("version")
    session = {
        "first_message_index": 1,
        "forwarded_count": 0,
        "is_verified": False,
        "session_data": {"ciphertext": "x", "ephemeral": "y", "mac": "z"},
    }
    call("PUT", f"/room_keys/keys/{room}/sess{number}?version={version}", session, person)


people = [register(number) for number in range(55)]
rooms = [talk(number, people) for number in range(14)]
for number, person in enumerate(people):
    live(number, person, people[(number + 1) % 55], people[(number + 2) % 55], rooms[0])
