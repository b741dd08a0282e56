"""Standard words for common items and events, so that a policy need not explain what an e-mail address is.

Items are nouns. Events are noun phrases that fit after "until" and "from". A policy's own words come first.
"""

from __future__ import annotations

from collections.abc import Mapping

from waarborg.policy.entries import DataItem
from waarborg.policy.values import Text


def _table(rows: str) -> dict[str, Text]:
    """One row per name: `name | Dutch | English | French`."""
    table = {}
    for row in rows.strip().splitlines():
        name, dutch, english, french = (cell.strip() for cell in row.split("|"))
        table[name] = Text({"nl": dutch, "en": english, "fr": french})
    return table


ITEMS: Mapping[str, Text] = _table("""
    email          | e-mailadres            | e-mail address         | adresse e-mail
    name           | naam                   | name                   | nom
    first_name     | voornaam               | first name             | prénom
    last_name      | achternaam             | last name              | nom de famille
    company        | bedrijfsnaam           | company name           | nom de l'entreprise
    phone          | telefoonnummer         | phone number           | numéro de téléphone
    mobile         | mobiel nummer          | mobile number          | numéro de portable
    photo          | foto                   | photo                  | photo
    language       | taal                   | language               | langue
    time_zone      | tijdzone               | time zone              | fuseau horaire
    birth_date     | geboortedatum          | date of birth          | date de naissance
    address        | adres                  | address                | adresse
    street         | straat en huisnummer   | street and number      | rue et numéro
    postcode       | postcode               | postcode               | code postal
    town           | plaats                 | town                   | localité
    country        | land                   | country                | pays
    user_name      | gebruikersnaam         | user name              | nom d'utilisateur
    password       | wachtwoord             | password               | mot de passe
    customer_number | klantnummer           | customer number        | numéro de client
    vat_number     | btw-nummer             | VAT number             | numéro de TVA
    iban           | rekeningnummer (IBAN)  | account number (IBAN)  | numéro de compte (IBAN)
    amount         | bedrag                 | amount                 | montant
    product        | product                | product                | produit
    invoice_number | factuurnummer          | invoice number         | numéro de facture
    date           | datum                  | date                   | date
    time           | tijdstip               | time                   | heure
    ip_address     | IP-adres               | IP address             | adresse IP
    browser        | browser                | browser                | navigateur
    device         | apparaat               | device                 | appareil
    system         | besturingssysteem      | operating system       | système d'exploitation
    page           | bezochte pagina        | page visited           | page visitée
    previous_page  | vorige pagina          | previous page          | page précédente
    location       | locatie                | location               | position
    message        | bericht                | message                | message
    subject        | onderwerp              | subject                | objet
    attachment     | bijlage                | attachment             | pièce jointe
    recording      | opname                 | recording              | enregistrement
    signature      | handtekening           | signature              | signature
    role           | functie                | role                   | fonction
""")

EVENTS: Mapping[str, Text] = _table("""
    created              | de vastlegging                 | the recording of it          | l'enregistrement
    account_closed       | het sluiten van het account    | the closing of the account   | la clôture du compte
    account_deactivated  | het stilzetten van het account | the suspension of the account | la désactivation du compte
    account_inactive     | het stilvallen van het account | the account falling silent   | l'inactivité du compte
    subscription_ended   | het einde van het abonnement   | the end of the subscription  | la fin de l'abonnement
    contract_ended       | het einde van het contract     | the end of the contract      | la fin du contrat
    last_activity        | het laatste gebruik            | the last use                 | la dernière utilisation
    ticket_closed        | het afsluiten van je vraag     | the closing of your question | la clôture de la question
    appointment_ended    | het einde van de afspraak      | the end of the appointment   | la fin du rendez-vous
    consent_withdrawn    | het intrekken van toestemming  | the withdrawal of consent    | le retrait du consentement
    erasure_requested    | je verzoek om te wissen        | your request to erase        | la demande d'effacement
    trial_ended          | het einde van de proef         | the end of the trial         | la fin de l'essai
    end_of_fiscal_year   | het einde van het boekjaar     | the end of the fiscal year   | la fin de l'exercice
    end_of_calendar_year | het einde van het jaar         | the end of the year          | la fin de l'année
    end_of_vat_year      | het einde van het btw-jaar     | the end of the VAT year      | la fin de l'année de TVA
""")


def words_of(item: DataItem) -> Text:
    """The item's own words, or the standard ones; empty when it has neither."""
    return item.label or ITEMS.get(item.id, Text())
