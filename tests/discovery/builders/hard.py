"""Two hard schemas of our own, written as recordings: no foreign keys, abbreviations, composite keys, values as keys.

python -m discovery.builders.hard        (from `tests/`)
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent
GIVEN = [
    "Anna",
    "Jan",
    "Pieter",
    "Lotte",
    "Hans",
    "Sophie",
    "Marie",
    "Lucas",
    "Emma",
    "Daan",
    "Greta",
    "Julien",
    "Bram",
    "Saskia",
    "Klaus",
    "Sabine",
]
FAMILY = [
    "Jansen",
    "Bakker",
    "Visser",
    "Smit",
    "Müller",
    "Schmidt",
    "Weber",
    "Dupont",
    "Moreau",
    "Laurent",
    "Dijkstra",
    "Mulder",
]
STREETS = ["Dorpsstraat", "Kerkweg", "Lindenallee", "Hauptstraße", "Gartenweg", "Molenlaan"]
random.seed(11)

Rows = list[list[Any]]


def mail(i: int, host: str = "post.example") -> str:
    return f"{GIVEN[i % 16].lower()}.{FAMILY[i % 12].lower().replace('ü', 'ue')}{i}@{host}"


def bsn(i: int) -> str:
    for last in range(10):
        digits = f"{12345670 + i * 37}{last}"
        if sum(int(d) * w for d, w in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11 == 0:
            return digits
    return bsn(i + 500)


def iban(i: int, country: str = "NL", bank: str = "ABNA") -> str:
    account = f"{bank}{4000000000 + i * 7919:010d}"
    turned = "".join(str(int(c, 36)) for c in account + country + "00")
    return f"{country}{98 - int(turned) % 97:02d}{account}"


class Book:
    """Tables as they are written down: `column:type` words, the key marked with `*`."""

    def __init__(self) -> None:
        self.tables: dict[str, Any] = {}

    def table(self, name: str, columns: str, count: int = 0, row: Callable[[int], list[Any]] | None = None) -> None:
        facts, key = [], []
        for word in columns.split():
            column, _, kind = word.partition(":")
            if column.endswith("*"):
                column = column[:-1]
                key.append(column)
            length = None
            family = {"i": "number", "d": "date", "t": "datetime", "x": "text", "n": "number", "b": "binary"}.get(
                kind[:1], "text"
            )
            if kind[:1] in "ac":
                length = int(kind[1:])
            spelled = {
                "i": "int(11)",
                "n": "decimal(10,2)",
                "d": "date",
                "t": "datetime",
                "x": "text",
                "b": "blob",
            }.get(kind[:1], f"varchar({length})")
            facts.append(
                {
                    "name": column,
                    "type": spelled,
                    "family": family,
                    "nullable": column not in key,
                    "length": length,
                    "has_default": False,
                    "choices": [],
                }
            )
        rows = [row(i) for i in range(1, count + 1)] if row else []
        assert all(len(r) == len(facts) for r in rows), name
        self.tables[name] = {
            "columns": facts,
            "key": key,
            "uniques": [],
            "indexes": [],
            "foreign_keys": [],
            "total": len(rows),
            "rows": rows,
        }

    def write(self, name: str) -> None:
        body = json.dumps({"engine": "mariadb", "tables": self.tables}, ensure_ascii=False, separators=(",", ":"))
        with gzip.GzipFile(HERE / name / "recording.json.gz", "wb", mtime=0) as out:
            out.write(body.encode())


def day(i: int, year: int = 1950) -> dict[str, str]:
    return {"date": f"{year + i * 3 % 50}-{i % 12 + 1:02d}-{i % 28 + 1:02d}"}


def moment(i: int) -> dict[str, str]:
    return {"datetime": f"2026-{i % 12 + 1:02d}-{i % 28 + 1:02d}T08:{i % 60:02d}:00"}


def name(i: int) -> str:
    return f"{GIVEN[i % 16]} {FAMILY[i % 12]}"


def dutch() -> None:
    book = Book()
    n = 40
    book.table(
        "rel_relaties",
        "relnr*:i soort:a1 aanhef:a10 voorl:a12 tussenv:a10 achternaam:a60 roepnaam:a30 geb_dat:d geslacht:a1 bsn:a9 adres:a80 huisnr:a8 pc:a7 wnpl:a40 land_cd:a2 tel_prive:a20 tel_werk:a20 mob:a20 e_mail:a80 rek_nr:a34 rek_nr_kaal:a34 opm:x ingevoerd_door:i mutdat:t",
        n,
        lambda i: [
            i,
            "P",
            "Dhr.",
            f"{GIVEN[i % 16][0]}.",
            "de" if i % 3 else None,
            FAMILY[i % 12],
            GIVEN[i % 16],
            day(i),
            "MV"[i % 2],
            bsn(i),
            f"{STREETS[i % 6]} {i}",
            str(i),
            f"35{i % 90 + 10} AB",
            "Utrecht",
            "NL",
            f"030-23456{i % 90 + 10}",
            None,
            f"06-123456{i % 90 + 10}",
            mail(i),
            iban(i),
            iban(i).lower(),
            "Belt liever na zes uur terug.",
            i % 6 + 1,
            moment(i),
        ],
    )
    book.table(
        "rel_kinderen",
        "relnr*:i volgnr*:i naam_kind:a60 geb_dat:d school:a60 allergie:a100",
        20,
        lambda i: [i, 1, name(i), day(i, 2000), "De Regenboog", "pinda"],
    )
    book.table(
        "mdw",
        "mdw_nr*:i login:a20 ww_hash:a64 naam:a60 mail_intern:a80 toestel:a6 afd_cd:a4 uit_dienst:d salaris:n",
        8,
        lambda i: [
            i,
            f"{GIVEN[i].lower()}",
            f"{i:064x}",
            name(i),
            mail(i, "belvast.example"),
            f"{200 + i}",
            "VK",
            None,
            2500 + i,
        ],
    )
    book.table(
        "ord_kop",
        "ordnr*:i kd_nr:i fact_adr:i dat_best:d status:a1 verkoper:i ref_klant:a30 bedrag:n",
        60,
        lambda i: [10000 + i, i % n + 1, i % n + 1, day(i, 2010), "A", i % 8 + 1, f"REF{i}", 10 + i],
    )
    book.table(
        "ord_reg",
        "ordnr*:i regnr*:i artnr:i aantal:i prijs:n gravure:a100",
        80,
        lambda i: [10000 + i % 60 + 1, i % 3 + 1, i % 20 + 1, 1, 5, f"Voor {GIVEN[i % 16]}"],
    )
    book.table(
        "art",
        "artnr*:i omschr:a80 naam:a60 prijs:n lev_nr:i",
        20,
        lambda i: [i, "Stoel van beuken", f"ST_{i}", 5, i % 5 + 1],
    )
    book.table(
        "fact",
        "factnr*:i ordnr:i relnr:i naam_fact:a80 adr_fact:a80 btw_nr:a20 dat:d bedrag:n",
        50,
        lambda i: [2026000 + i, 10000 + i, i % n + 1, name(i), f"Kerkweg {i}", "NL004495445B01", day(i, 2010), 10],
    )
    book.table(
        "inlog_log",
        "id*:i gebruiker:a20 ip_adr:a45 tijdstip:t gelukt:i browser:a200",
        60,
        lambda i: [
            i,
            GIVEN[i % 8 + 1].lower() if i % 8 + 1 < 9 else "x",
            f"192.0.2.{i}",
            moment(i),
            1,
            "Mozilla/5.0 (X11; Linux x86_64)",
        ],
    )
    book.table(
        "nwsbrf_inschr", "mailadres*:a80 sinds:t afmeld_code:a40", 25, lambda i: [mail(i), moment(i), f"{i:040x}"]
    )
    book.table(
        "klacht",
        "klachtnr*:i van_mail:a80 omschrijving:x behandelaar:i afgehandeld:t",
        20,
        lambda i: [i, mail(i), "De levering kwam twee weken te laat en niemand belde terug.", i % 8 + 1, None],
    )
    book.table(
        "notitie",
        "id*:i obj_soort:a10 obj_id:i tekst:x door:a20",
        40,
        lambda i: [
            i,
            "RELATIE" if i % 2 else "ORDER",
            i % n + 1 if i % 2 else 10000 + i,
            "Heeft een hond en een lange oprit achter het huis.",
            GIVEN[i % 8 + 1].lower(),
        ],
    )
    book.table(
        "lev",
        "lev_nr*:i bedrijf:a60 contactpers:a60 email_lev:a80 tel_lev:a20",
        5,
        lambda i: [i, f"Houthandel {i} B.V.", name(i), mail(i, "hout.example"), "030-2345678"],
    )
    book.table("afd", "afd_cd*:a4 naam:a40", 1, lambda i: ["VK", "Verkoop"])
    book.table("param", "sleutel*:a40 waarde:a200", 6, lambda i: [f"smtp_host_{i}", "mail.belvast.example"])
    book.table("landen", "land_cd*:a2 naam:a60", 2, lambda i: [["NL", "BE"][i - 1], ["Nederland", "België"][i - 1]])
    book.table("btw_cd", "cd*:a2 omschr:a40 perc:n", 2, lambda i: [str(i), "hoog", 21])
    book.table(
        "gesprek",
        "gesprek_id*:i van_nr:a20 naar_nr:a20 start:t duur:i opname_pad:a200",
        30,
        lambda i: [i, f"+316123456{i % 90 + 10}", f"+313023456{i % 90 + 10}", moment(i), 60, f"/opnamen/{i}.wav"],
    )
    book.table(
        "sjabloon",
        "id*:i naam:a40 onderwerp:a100 inhoud:x",
        4,
        lambda i: [i, f"brief_{i}", "Uw bestelling", "Geachte {naam}"],
    )
    book.table("migratie", "versie*:a20 op:t", 3, lambda i: [f"2026{i}", moment(i)])
    book.table("voorraad", "artnr*:i mag_cd*:a4 aantal:i", 10, lambda i: [i, "M1", 5])
    book.write("hard_nl")


def german() -> None:
    book = Book()
    n = 36
    book.table(
        "KNDSTM",
        "MANDT*:a3 KDNR*:a10 ANR:a8 NAM1:a40 NAM2:a40 VNAM:a30 STRAS:a60 PLZ:a10 ORT01:a40 LND:a3 TELF1:a20 TELFX:a20 EMLADR:a80 GEBDT:d USTID:a20 ERNAM:a12 ERDAT:d",
        n,
        lambda i: [
            "100",
            f"K{i:05d}",
            "Frau",
            FAMILY[i % 12],
            None,
            GIVEN[i % 16],
            f"Lindenallee {i}",
            f"{10115 + i}",
            "Berlin",
            "DE",
            f"+49 30 90182{i % 90 + 10}",
            None,
            mail(i),
            day(i),
            None,
            f"BEN{i % 6 + 1}",
            day(i, 2010),
        ],
    )
    book.table(
        "KNDBNK",
        "MANDT*:a3 KDNR*:a10 LFDNR*:i IBAN:a34 KTOINH:a60",
        24,
        lambda i: ["100", f"K{i:05d}", 1, iban(i, "DE", "COBA"), name(i)],
    )
    book.table(
        "BENST",
        "BENKZ*:a12 KENNW:a64 KLARNAM:a60 EML:a80 LETZTANM:t SPERRE:i",
        6,
        lambda i: [f"BEN{i}", f"{i:064x}", name(i), mail(i, "werk.example"), moment(i), 0],
    )
    book.table(
        "PERSST",
        "PERSNR*:i NACHN:a40 VORNA:a40 GBDAT:d GESCH:a1 FAMST:a1 KONFE:a2 SVNR:a12 STEUERID:a11 BANKIBAN:a34 BENKZ:a12 KRKASSE:a40 SCHWERBEH:i",
        12,
        lambda i: [
            i,
            FAMILY[i % 12],
            GIVEN[i % 16],
            day(i),
            "1",
            "2",
            "EV",
            f"65{i:06d}J{i:03d}",
            f"8612345678{i % 10}",
            iban(i, "DE", "COBA"),
            f"BEN{i % 6 + 1}",
            "AOK",
            0,
        ],
    )
    book.table(
        "AUFKOP",
        "MANDT*:a3 AUFNR*:a10 KDNR:a10 BESTDAT:d WERT:n SACHB:a12 LIEFANS:a200",
        50,
        lambda i: [
            "100",
            f"A{i:05d}",
            f"K{i % n + 1:05d}",
            day(i, 2010),
            100,
            f"BEN{i % 6 + 1}",
            f"{name(i)}, Gartenweg {i}, {10115 + i} Berlin",
        ],
    )
    book.table(
        "AUFPOS",
        "MANDT*:a3 AUFNR*:a10 POSNR*:i MATNR:a10 MENGE:n BEMERK:a200",
        60,
        lambda i: [
            "100",
            f"A{i % 50 + 1:05d}",
            i % 4 + 1,
            f"M{i:05d}",
            1,
            "Bitte beim Nachbarn klingeln und leise sein",
        ],
    )
    book.table(
        "RECHNG",
        "MANDT*:a3 RENR*:a10 AUFNR:a10 KDNR:a10 BETRAG:n",
        40,
        lambda i: ["100", f"R{i:05d}", f"A{i:05d}", f"K{i % n + 1:05d}", 9],
    )
    book.table(
        "MATSTM",
        "MATNR*:a10 MAKTX:a60 BEZEICHNUNG:a60 GEWICHT:n",
        60,
        lambda i: [f"M{i:05d}", "Schraube verzinkt", "Schraube", 1],
    )
    book.table(
        "ZUGRPROT",
        "LFDNR*:i BENKZ:a12 IPADR:a45 ZEITPKT:t AKTION:a20",
        40,
        lambda i: [i, f"BEN{i % 6 + 1}", f"198.51.100.{i}", moment(i), "ANM"],
    )
    book.table(
        "ANSPRP",
        "KDNR*:a10 APNR*:i NACHNAME:a40 VORNAME:a40 FUNKT:a40 DURCHWAHL:a20 MAIL:a80 NOTIZ:x",
        20,
        lambda i: [
            f"K{i:05d}",
            1,
            FAMILY[i % 12],
            GIVEN[i % 16],
            "Einkauf",
            f"+49 30 90182{i % 90 + 10}",
            mail(i, "kunde.example"),
            "Mag keine Anrufe am Montag und trinkt Tee.",
        ],
    )
    book.table(
        "cli_client",
        "cli_code*:i cli_nom:a60 cli_prenom:a60 cli_rue:a80 cli_cp:a10 cli_ville:a40 cli_tel:a20 cli_courriel:a80 cli_date_naiss:d cli_civ:a5 cli_mdp:a64",
        30,
        lambda i: [
            i,
            FAMILY[i % 12],
            GIVEN[i % 16],
            f"{i} rue du Moulin",
            f"750{i % 20 + 1:02d}",
            "Paris",
            f"+33 1 42 68 53 {i % 90 + 10}",
            mail(i, "courrier.example"),
            day(i),
            "Mme",
            f"{i:064x}",
        ],
    )
    book.table(
        "cde_commande",
        "cde_num*:i cde_cli:i cde_date:d cde_vendeur:a12 cde_commentaire:x",
        40,
        lambda i: [
            i,
            i % 30 + 1,
            day(i, 2010),
            f"BEN{i % 6 + 1}",
            "Livrer chez la voisine si personne ne répond à la porte",
        ],
    )
    book.table("cde_ligne", "cde_num*:i lig_num*:i art_ref:a20 qte:i", 50, lambda i: [i % 40 + 1, 1, f"AR{i}", 1])
    book.table(
        "art_article", "art_ref*:a20 art_nom:a60 art_libelle:a80", 50, lambda i: [f"AR{i}", "Chaise", "Chaise en bois"]
    )
    book.table(
        "av_avis",
        "av_id*:i av_courriel:a80 av_texte:x av_note:i",
        20,
        lambda i: [i, mail(i, "courrier.example"), "Très contente de mon achat, livraison rapide.", 5],
    )
    book.table(
        "fourn",
        "f_code*:i f_societe:a60 f_interlocuteur:a60 f_tel:a20",
        8,
        lambda i: [i, f"Bois et Fils {i}", name(i), f"+33 1 42 68 53 {i + 10}"],
    )
    book.table("LAND", "LND*:a3 BEZ:a40", 2, lambda i: [["DE", "FR"][i - 1], "Land"])
    book.table("STEUERSCHL", "SCHL*:a2 BEZ:a40 SATZ:n", 3, lambda i: [str(i), "voll", 19])
    book.table("DRUCKER", "DRNAM*:a20 STANDORT:a40 IPADR:a15", 4, lambda i: [f"LP{i}", "Lager", f"10.0.0.{i}"])
    book.table("LGORT", "LGNR*:a4 LGNAM:a40 PLZ:a10 ORT:a40", 3, lambda i: [str(i), "Lager Nord", "10115", "Berlin"])
    book.write("hard_de")


if __name__ == "__main__":
    dutch()
    german()
