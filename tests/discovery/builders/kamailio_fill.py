"""Rows for Kamailio as `kamctl` and its modules write them. Usage: kamailio_fill.py DATABASE (MariaDB on 127.0.0.1)."""

import hashlib
import random
import sys

import pymysql

PEOPLE = [
    "anna",
    "jan.devries",
    "lotte",
    "p.jansen",
    "0301234567",
    "0301234568",
    "+31612345678",
    "sophie",
    "hans",
    "marie",
]
DOMAIN = "sip.belvast.example"
random.seed(5)
db = pymysql.connect(host="127.0.0.1", user="root", database=sys.argv[1], autocommit=True)
cursor = db.cursor()
cursor.execute("SET sql_mode=''")


def put(table: str, **values: object) -> None:
    names = ", ".join(f"`{n}`" for n in values)
    cursor.execute(f"INSERT INTO `{table}` ({names}) VALUES ({', '.join(['%s'] * len(values))})", list(values.values()))


def uri(user: str) -> str:
    return f"sip:{user}@{DOMAIN}"


put("domain", domain=DOMAIN, did="belvast")
for i, user in enumerate(PEOPLE):
    other = random.choice(PEOPLE)
    ip = f"192.0.2.{i + 10}"
    ha1 = hashlib.md5(f"{user}:{DOMAIN}:geheim{i}".encode(), usedforsecurity=False).hexdigest()
    put("subscriber", username=user, domain=DOMAIN, password=f"geheim{i}", ha1=ha1, ha1b=ha1)
    put("dbaliases", alias_username=f"{200 + i}", alias_domain=DOMAIN, username=user, domain=DOMAIN)
    put("grp", username=user, domain=DOMAIN, grp=random.choice(["local", "ld", "int"]))
    put(
        "speed_dial",
        username=user,
        domain=DOMAIN,
        sd_username=f"{i}",
        sd_domain=DOMAIN,
        new_uri=uri(other),
        fname="Piet",
        lname="Bakker",
        description="broer",
    )
    put("usr_preferences", username=user, domain=DOMAIN, attribute="fwd", type=0, value=uri(other))
    put(
        "silo",
        src_addr=uri(other),
        dst_addr=uri(user),
        username=user,
        domain=DOMAIN,
        body="Bel je me vanavond even terug?",
        ctype="text/plain",
    )
    put(
        "presentity",
        username=user,
        domain=DOMAIN,
        event="presence",
        etag=f"e{i}",
        expires=9,
        received_time=1,
        body="<presence/>",
        sender=uri(user),
    )
    put(
        "active_watchers",
        presentity_uri=uri(user),
        watcher_username=other,
        watcher_domain=DOMAIN,
        to_user=user,
        to_domain=DOMAIN,
        event="presence",
        to_tag=f"t{i}",
        from_tag=f"f{i}",
        callid=f"c{i}@{ip}",
        local_cseq=1,
        remote_cseq=1,
        contact=f"sip:{other}@{ip}:5060",
        expires=9,
        from_user=other,
        from_domain=DOMAIN,
        user_agent="Linphone/4.4 (belle-sip)",
        socket_info="udp:127.0.0.1:5060",
        local_contact="sip:127.0.0.1",
        updated=-1,
        updated_winfo=-1,
    )
    put("watchers", presentity_uri=uri(user), watcher_username=other, watcher_domain=DOMAIN, status=1, inserted_time=1)
    put(
        "xcap",
        username=user,
        domain=DOMAIN,
        doc="<rls-services/>",
        doc_type=2,
        etag=f"x{i}",
        source=0,
        doc_uri=f"/xcap/{user}",
        port=0,
    )
    put("uri", username=user, domain=DOMAIN, uri_user=user)
    put("userblocklist", username=user, domain=DOMAIN, prefix="0900")
    put(
        "dialog",
        hash_entry=i,
        hash_id=i,
        callid=f"d{i}",
        from_uri=uri(user),
        from_tag="a",
        to_uri=uri(other),
        to_tag="b",
        caller_cseq="1",
        callee_cseq="2",
        caller_contact=f"sip:{user}@{ip}",
        callee_contact=f"sip:{other}@192.0.2.99",
        caller_sock="udp:10.0.0.1:5060",
        callee_sock="udp:10.0.0.1:5060",
        state=4,
        start_time=1,
    )
    put("location_attrs", ruid=f"r{i}", username=user, domain=DOMAIN, aname="a", avalue="v")
    put(
        "sip_trace",
        time_us=0,
        callid=f"d{i}",
        traced_user=uri(user),
        msg=f"INVITE {uri(other)} SIP/2.0",
        method="INVITE",
        status="",
        fromip=f"udp:{ip}:5060",
        toip="udp:10.0.0.1:5060",
        fromtag="a",
        totag="b",
        direction="in",
    )
    put(
        "aliases",
        ruid=f"al{i}",
        username=f"{200 + i}",
        domain=DOMAIN,
        contact=f"sip:{user}@{ip}:5060",
        received=f"sip:{ip}:5060",
        user_agent="Zoiper rv2.10.8",
        callid=f"k{i}",
    )
    put("imc_members", username=user, domain=DOMAIN, room="sip:chat@belvast.example", flag=1)
    put("acc", method="INVITE", from_tag="a", to_tag="b", callid=f"d{i}", sip_code="200", sip_reason="OK")
for i in range(4):
    put("dispatcher", setid=1, destination=f"sip:10.0.1.{i}:5060", description="media")
    put("address", grp=1, ip_addr=f"10.0.2.{i}", mask=32, port=5060)
    put("trusted", src_ip=f"10.0.3.{i}", proto="udp")
