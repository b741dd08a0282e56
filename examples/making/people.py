"""Made-up people of the Netherlands and Belgium, and what is written down about them.

Nothing here leads to anybody: mail domains end in .example, telephone numbers, bank codes and company numbers are in
ranges that nobody was given, and IP addresses are those set apart for documentation.
"""

from __future__ import annotations

import re

from .dice import Dice

FIRST = (
    "Sanne", "Daan", "Emma", "Lucas", "Fleur", "Bram", "Noor", "Thijs", "Lotte", "Sem", "Eva", "Milan", "Anouk",
    "Ruben", "Iris", "Jasper", "Maud", "Stijn", "Femke", "Joris", "Amina", "Youssef", "Fatma", "Mehmet", "Priya",
    "Wei", "Zoë", "René", "Chloé", "Jürgen", "Siobhán", "Søren", "Ilse", "Wout", "Lieselot", "Pieter", "Marthe",
    "Jef", "Nele", "Tuur", "Marie-Claire", "Jan-Willem", "Aïcha", "Björn", "Hilde", "Koen", "Griet", "Bart", "Els",
    "Dirk",
)  # fmt: skip
LAST = (
    "de Vries", "Jansen", "van den Berg", "Bakker", "Visser", "Smit", "Meijer", "de Boer", "Mulder", "de Groot",
    "Bos", "Vos", "Peters", "Hendriks", "van Leeuwen", "Dekker", "Brouwer", "de Wit", "Dijkstra", "Smits",
    "de Graaf", "van der Meer", "Peeters", "Janssens", "Maes", "Jacobs", "Mertens", "Willems", "Claes", "Goossens",
    "Wouters", "De Smet", "Vermeulen", "D'hondt", "Van Damme", "Özdemir", "El Amrani", "Nguyen", "Verhaeghe",
    "Núñez", "van 't Hoff", "Ceulemans", "Lemmens", "Çelik", "Desmet-Van Hove", "Pauwels", "Aerts", "Michiels",
    "ter Horst", "op den Kamp",
)  # fmt: skip
FIRST_FR = (
    "Camille", "Louis", "Juliette", "Arthur", "Élise", "Hugo", "Manon", "Gabriel", "Léa", "Maxime", "Inès", "Théo",
    "Margaux", "Adrien", "Noémie", "Bastien", "Anaïs", "Guillaume", "Clémence", "Rayan", "Yasmine", "François",
    "Hélène", "Benoît", "Geneviève", "Jean-Marc", "Anne-Sophie", "Loïc", "Solène", "Karim",
)  # fmt: skip
LAST_FR = (
    "Dubois", "Lambert", "Dupont", "Martin", "Simon", "Leroy", "Lejeune", "Renard", "Denis", "Gérard", "Collard",
    "Delvaux", "Thiry", "Hubert", "Lecomte", "Noël", "Piérard", "Wauters", "Body", "Marchal", "Fontaine", "d'Hoop",
    "de Brouwer", "Bertrand", "Mahieu", "Evrard", "Lebrun", "Ben Saïd", "Diallo", "Vandenplas",
)  # fmt: skip
TOWNS = (
    ("Utrecht", "NL"), ("Zwolle", "NL"), ("Gent", "BE"), ("Leuven", "BE"), ("Groningen", "NL"), ("Breda", "NL"),
    ("Antwerpen", "BE"), ("Maastricht", "NL"), ("Brugge", "BE"), ("'s-Hertogenbosch", "NL"), ("Mechelen", "BE"),
)  # fmt: skip
STREETS = ("Dorpsstraat", "Kerkweg", "Stationsplein", "Lindelaan", "Molenpad", "Korte Nieuwstraat", "Vaartkade")
STREETS_FR = ("Rue de la Station", "Place Communale", "Avenue des Tilleuls", "Rue du Moulin", "Chaussée de Jemappes")
BELGIAN = (
    ("Gent", "9000", "nl"), ("Antwerpen", "2000", "nl"), ("Brugge", "8000", "nl"), ("Leuven", "3000", "nl"),
    ("Hasselt", "3500", "nl"), ("Kortrijk", "8500", "nl"), ("Mechelen", "2800", "nl"), ("Sint-Niklaas", "9100", "nl"),
    ("Liège", "4000", "fr"), ("Namur", "5000", "fr"), ("Mons", "7000", "fr"), ("Tournai", "7500", "fr"),
    ("Bruxelles", "1000", "fr"), ("Nivelles", "1400", "fr"), ("Wavre", "1300", "fr"), ("Arlon", "6700", "fr"),
)  # fmt: skip
BROWSERS = ("Firefox 132 / Linux", "Safari 18 / macOS", "Chrome 130 / Windows", "Firefox 131 / Android")
DEVICES = ("laptop", "telefoon", "tablet")
PLAIN = str.maketrans("ëéèêïîüöÖøáúñÇçÁÉô", "eeeeiiuoOoaunCcAEo")


def letters(name: str) -> str:
    """A name in the letters of a mail address, with dots between its parts.

    >>> letters("Zoë van 't Hoff")
    'Zoe.van.t.Hoff'
    """
    return ".".join(re.findall(r"[A-Za-z]+", name.translate(PLAIN)))


def address(dice: Dice) -> str:
    """A street, number, postcode and town."""
    town, country = dice.pick(TOWNS)
    code = f"{dice.number(1000, 9999)} {dice.pick('BDGKM')}{dice.pick('BDGKM')}" if country == "NL" else "9000"
    return f"{dice.pick(STREETS)} {dice.number(1, 180)}, {code} {town}"


def ip(dice: Dice) -> str:
    """An address from the ranges set apart for documentation."""
    if dice.chance(0.2):
        return f"2001:db8:{dice.below(65536):x}::{dice.number(1, 65535):x}"
    return f"{dice.pick(('192.0.2', '198.51.100', '203.0.113'))}.{dice.number(1, 254)}"


def phone(dice: Dice) -> str:
    """A number in a Dutch range that is not in use, in the ways people write it."""
    digits = f"{dice.below(10**7):07}"
    return dice.pick((f"060{digits}", f"+31 60{digits}", f"060-{digits[:3]} {digits[3:5]} {digits[5:]}"))


def belgian_phone(dice: Dice) -> str:
    """A number in a Belgian range that is not in use (04 0…), in the ways people write it."""
    digits = f"{dice.below(10**6):06}"
    pairs = f"{digits[:2]} {digits[2:4]} {digits[4:]}"
    return dice.pick((f"0400{digits}", f"+32 400 {pairs}", f"0400/{pairs.replace(' ', '.')}"))


def iban(number: int) -> str:
    """A valid IBAN at a Dutch bank that does not exist."""
    account = f"WBRG{number:010}"
    digits = "".join(str(int(char, 36)) for char in account + "NL00")
    return f"NL{98 - int(digits) % 97:02}{account}"


def belgian_iban(number: int) -> str:
    """A valid IBAN under a Belgian bank code that nobody was given."""
    account = 986_0000000 + number % 10**7
    body = f"{account:010}{account % 97 or 97:02}"
    return f"BE{98 - int(f'{body}111400') % 97:02}{body}"


def spaced(compact: str) -> str:
    """An IBAN in groups of four, as it stands on paper."""
    return " ".join(compact[at : at + 4] for at in range(0, len(compact), 4))


def dutch_vat(number: int) -> str:
    """A Dutch VAT number of the right form."""
    return f"NL{900000000 + number % 10**8}B01"


def company_number(number: int) -> str:
    """A Belgian company number with the right check digits, in a range that was passed over."""
    first = 9_000_000 + number % 10**6
    return f"{first:08}{97 - first % 97:02}"


def belgian_vat(number: int) -> str:
    """The VAT number of that company."""
    return f"BE{company_number(number)}"
