"""What the words in table and column names mean, in English, Dutch, German and French.

Data only. `LEXICON` maps one word as it is written in a name to the canonical English words of the rules
(`vorname` -> `first name`), so that one set of rules reads four languages and their abbreviations.
`COMPOUND_WORDS` are the words a name without separators is cut into (`remoteaddr`, `kundenname`).
"""

_GROUPS: dict[str, str] = {
    # -- contact -------------------------------------------------------------------------------------
    "email": "email mail emails mails eml emailaddress emailaddr emailaddresses mailaddress mailaddr emailadres "
    "emailadresse mailadresse mailadres courriel courriels epost mel adressemail emailid useremail",
    "phone": "phone phones tel telephone telefon telefoon telefono telnr phonenumber phoneno telefonnummer "
    "telefoonnummer telefoonnr telefonnr telno phonenr ph rufnummer msisdn tlf teleph telf",
    "mobile": "mobile mobil mobiel mob gsm handy cellphone cell mobilephone mobielnr mobilnr handynr cellular",
    "fax": "fax telefax faxnummer telecopie faxnr facsimile",
    "address": "address addresses addr adres adressen adresse adresses adr anschrift straatadres wohnadresse adrs",
    "street": "street straat strasse straße str rue strassenname straatnaam streetname voie strt streetaddress",
    "house number": "housenumber huisnummer hausnummer huisnr hausnr hnr housenr",
    "postcode": "postcode zip zipcode postalcode plz postleitzahl codepostal cp pcode postnr postcd zipc",
    "city": "wnpl wpl woonpl city town stad plaats woonplaats ort stadt ville wohnort plaatsnaam commune gemeente locality cty",
    "state": "province provincie bundesland departement prov county",
    "country": "country countries land landcode pays countrycode ctry landkode lnd",
    # -- names ---------------------------------------------------------------------------------------
    "name": "name nam names naam namen nom noms nm nme naams bezeichnung",
    "first name": "firstname vnam fname forename vorname voornaam prenom givenname vname vnaam roepnaam rufname "
    "voornamen prenoms firstnames forenames vorn",
    "last name": "lastname lname surname nachname achternaam familyname nname anaam familienaam familienname zuname "
    "patronyme surnames secondname nachn",
    "name infix": "tussenvoegsel voorvoegsel tussenv tussenvoegsels",
    "initial": "initials voorletters initialen initialien initiales voorl vrltrs",
    "full name": "fullname realname personname gecos naamvolledig volledigenaam",
    "nick name": "nickname nick bijnaam spitzname surnom pseudo roepnaamkort pseudonym",
    "display name": "displayname anzeigename weergavenaam screenname dispname publicname",
    "maiden name": "maidenname meisjesnaam geburtsname geboortenaam",
    "user name": "username uname loginname userlogin gebruikersnaam benutzername nomutilisateur benutzerkennung "
    "inlognaam anmeldename authname loginid userid_text localpart",
    "login": "login logins inlog anmeldung connexion signin logon",
    "salutation": "salutation aanhef anrede civilite titulatuur honorific",
    "title": "title titel titre titles",
    # -- people --------------------------------------------------------------------------------------
    "user id": "uid userid usrid",
    "user": "user users usr usrs utilisateur utilisateurs gebruiker gebruikers benutzer nutzer anwender userlist "
    "usertable useraccount useraccounts appuser gebr bnutzer",
    "person": "person persons people persoon personen pers personne personnes individu individual individuals human "
    "humans relatie relaties persoonsgegevens natuurlijkpersoon",
    "customer": "customer customers cust client clients klant klanten kunde kunden kd kl kdn klnt cst buyer buyers "
    "shopper shoppers afnemer afnemers debiteur debiteuren debitor debitoren debitore purchaser acheteur",
    "contact": "contact contacts poc pointofcontact contactperson contactpersoon contactpersonen ansprechpartner contactpers kontakt "
    "kontakte ctc interlocuteur kontaktperson anspr",
    "employee": "employee employees emp empl medewerker medewerkers mitarbeiter angestellter employe employes staff "
    "werknemer werknemers salarie mdw personeel worker workers technician medew arbeitnehmer",
    "member": "member members lid leden mitglied mitglieder membre membres adherent adherents mbr",
    "patient": "patient patients patienten patiënt",
    "student": "student students leerling leerlingen schueler schuler studenten eleve eleves pupil pupils learner "
    "learners stud etudiant etudiants",
    "teacher": "teacher teachers docent docenten lehrer leraar leraren enseignant instructor tutor professor",
    "author": "author authors auteur auteurs autor verfasser writer schrijver",
    "owner": "owner owners eigenaar besitzer proprietaire eigentuemer eigner",
    "guest": "guest guests gast gasten gaeste invite invitee invitees genodigde genodigden",
    "visitor": "visitor visitors bezoeker bezoekers besucher visiteur",
    "subscriber": "subscriber subscribers abonnee abonnees abonnent abonnenten abonne abonnes",
    "participant": "participant participants deelnemer deelnemers teilnehmer attendee attendees registrant registrants "
    "delegate delegates cursist cursisten",
    "applicant": "applicant applicants sollicitant bewerber candidate candidates candidat kandidaat kandidaten kandidat",
    "supplier": "supplier suppliers leverancier lieferant lieferanten fournisseur vendor vendors crediteur kreditor lief",
    "donor": "donor donors donateur donateurs spender",
    "tenant person": "huurder huurders mieter locataire",
    "driver": "driver drivers chauffeur fahrer",
    "child": "kind kinder kinderen enfant enfants child children",
    "spouse": "echtgenoot ehepartner conjoint spouse",
    "actor": "actor actors",
    "recipient": "sendto mailto recipient recipients ontvanger empfaenger destinataire rcpt receiver addressee receivers",
    "sender": "sender senders afzender absender expediteur",
    "beneficiary": "beneficiary beneficiaries begunstigde payee payer payor",
    "party": "party parties partij partijen",
    "lead": "lead leads prospect prospects interessent",
    "agent": "agent agents",
    "reporter": "reporter reporters melder",
    "speaker": "speaker speakers spreker",
    "commenter": "commenter commentator",
    "organisation": "organisation organization organisations organizations org firma firm bedrijf bedrijven "
    "unternehmen company companies societe societes entreprise entreprises corporation companyname bedrijfsnaam "
    "firmenname orgname vereniging verein instelling",
    # -- identity ------------------------------------------------------------------------------------
    "birth date": "birthdate birthday dob dateofbirth geboortedatum geburtsdatum datenaissance bday gebdat geburtstag "
    "gebdatum gbdat geb naissance naiss gebdt geboren birthdt",
    "birth": "birth born",
    "birth place": "birthplace geboorteplaats geburtsort lieunaissance",
    "gender": "gender sex geslacht geschlecht sexe gndr",
    "nationality": "nationality nationaliteit nationalitaet nationalite staatsangehoerigkeit citizenship",
    "marital": "marital burgerlijkestaat familienstand",
    "death date": "deathdate overlijdensdatum sterbedatum dateofdeath deceased overleden",
    "age": "age leeftijd alter",
    "bsn": "bsn sofinummer burgerservicenummer sofi sofinr bsnnr",
    "national id": "ssn nationalid socialsecurity nino insee nir sozialversicherungsnummer svnr rijksregisternummer "
    "steuerid fiscalcode personalausweis svnummer nss idcard taxid steuernummer steuernr fiscaalnummer siren_pers",
    "passport": "passport paspoort reisepass passeport passportno paspoortnummer identiteitskaart rijbewijs "
    "driverslicense fuehrerschein permis",
    "vat": "vat btw ustid ustidnr btwnummer vatnumber tva vatid umsatzsteuer ustnr btwnr vatno vatin tvaintra",
    "iban": "iban ibannr rekeningnummer kontonummer rekeningnr kontonr rib ktonr bankrekening banknummer bban",
    "bic": "bic swift blz bankleitzahl",
    "bank": "bank banque",
    "account holder": "accountholder kontoinhaber rekeninghouder tenaamstelling titulaire ktoinh",
    "card number": "cardnumber creditcard ccnumber kreditkarte kaartnummer ccnum cardno pan cardnum",
    "license plate": "kenteken kennzeichen licenseplate immatriculation numberplate kfzkennzeichen",
    # -- connection ----------------------------------------------------------------------------------
    "ip": "ip ipaddress ipaddr ips ipadres ipadresse ipv4 ipv6 remoteaddr remoteip clientip userip lastip srcip "
    "sourceip loginip ipnum ip4 ip6",
    "mac address": "macaddress macaddr macadres",
    "user agent": "useragent browser browseragent httpuseragent navigateur",
    "session": "session sessions sess sessie sessies sitzung sitzungen sid sessionid sessionkey",
    "cookie": "cookie cookies",
    "device": "device devices apparaat geraet toestel",
    "latitude": "latitude lat breedtegraad breitengrad",
    "longitude": "longitude lng lon lengtegraad laengengrad",
    "location": "location geolocation geo",
    "referer": "referer referrer httpreferer",
    "hostname": "hostname remotehost",
    # -- secrets -------------------------------------------------------------------------------------
    "password": "ww mdp motpasse kennw password passwords passwd passwort wachtwoord pwd passphrase kennwort motdepasse mdp pass pw "
    "userpassword passwordhash pwhash passhash wwoord passwrd userpass",
    "hash": "hash hashed hsh digest",
    "salt": "salt salts",
    "token": "token tokens tok jeton accesstoken authtoken refreshtoken",
    "api key": "apikey apitoken apisecret",
    "secret": "secret secrets geheim",
    "otp": "otp totp hotp twofactor mfa tfa 2fa u2f webauthn",
    "recovery code": "recoverycodes recoverycode backupcodes",
    "pin": "pin pincode",
    "private key": "privatekey privkey",
    "public key": "publickey pubkey sshkey",
    "key": "key keys",
    "security question": "securityquestion securityanswer",
    "ha1": "ha1 ha1b ha1_b",
    "credential": "credential credentials",
    # -- picture and voice ---------------------------------------------------------------------------
    "avatar": "avatar avatars gravatar profielfoto profilepicture userpic profilepic",
    "photo": "photo photos foto fotos picture portrait pasfoto passfoto headshot pic",
    "image": "image images img bild afbeelding",
    "signature": "signature handtekening unterschrift sig signatures",
    "voice": "voicemail recording voice opname",
    "biometric": "biometric fingerprint vingerafdruk fingerabdruck faceid biometrie biometrisch faceprint",
    "genetic": "genetic dna genome genetisch",
    # -- texts ---------------------------------------------------------------------------------------
    "comment": "comment comments commentaar kommentar kommentare commentaire commentaires cmt cmnt comm",
    "note": "note notes notitie notities notiz notizen bemerkung bemerkungen opmerking opmerkingen remark remarks "
    "remarque remarques memo aantekening aantekeningen toelichting anmerkung opm bem annotation annotations",
    "message": "message messages bericht berichten nachricht nachrichten msg msgs messg boodschap",
    "body": "body content contents inhoud inhalt contenu bodytext mailbody",
    "text": "text texts tekst texte txt",
    "subject": "subject onderwerp betreff sujet objet betr",
    "description": "description descriptions omschrijving beschrijving beschreibung descr desc descrip omschr beschr "
    "beschreib",
    "biography": "bio biography biographie biografie aboutme about signatur",
    "feedback": "feedback terugkoppeling rueckmeldung avis",
    "review": "review reviews beoordeling bewertung recensie",
    "complaint": "complaint klacht klachten beschwerde reclamation",
    "answer": "answer answers antwoord antwort reponse reply replies",
    "question": "question questions vraag frage",
    "reason": "reason reden grund motif",
    # -- special categories (Art. 9, 10) -------------------------------------------------------------
    "health": "health gezondheid gesundheit sante medical medisch medizinisch diagnosis diagnose diagnoses allergy "
    "allergies allergie allergien medication medicatie medikament disability handicap behinderung bloodtype "
    "bloodgroup bloedgroep blutgruppe krankheit ziekte illness disease symptom symptoms treatment behandeling "
    "krankenkasse zorgverzekering verzuim ziekmelding sickness dietary diet dieet anamnese anamnesis maladie "
    "pregnant pregnancy zwanger medicalconditions krankmeldung",
    "religion": "religion religious geloof konfession godsdienst glaube kerk kirchensteuer denomination geloofsovertuiging "
    "religie faith church konf",
    "union": "union tradeunion vakbond gewerkschaft syndicat vakbondslid",
    "ethnic": "ethnicity ethnic race ras etniciteit etnisch herkunft ethnie afkomst",
    "political": "political politics partei politiek politisch politique politicalparty",
    "sexual": "sexual sexuality orientation geaardheid sexualorientation",
    "criminal": "criminal conviction strafblad vorstrafen strafrechtelijk offence casier",
    # -- work, money ---------------------------------------------------------------------------------
    "job title": "jobtitle functie beruf profession occupation functietitel beroep fonction poste jobrole",
    "department": "department afdeling abteilung dept abt afd",
    "salary": "salary salaris gehalt lohn loon wage wages salaire brutoloon payroll gehaelter",
    "education": "education opleiding ausbildung degree",
    "language": "language languages lang locale taal sprache langue lng_code locales sprach",
    "timezone": "timezone tz tijdzone zeitzone",
    "website": "website homepage webseite websites url_home blogurl",
    "social": "linkedin twitter facebook instagram skype icq jabber msn aim whatsapp telegram xmpp yahoo github gitlab "
    "mastodon tiktok discord matrix_id google_id orcid",
    # -- structure -----------------------------------------------------------------------------------
    "id": "id ids ident kennung sleutel schluessel cle",
    "number": "number nummer num nr no nbr numero numéro nummern",
    "date": "date datum dat dt datetime",
    "time": "time timestamp tijd zeit ts heure",
    "type": "type types typ soort art kinds typecode",
    "code": "code codes kode cd",
    "status": "status stat statut zustand",
    "group": "group groups groep groepen gruppe gruppen groupe groupes grp",
    "role": "role roles rol rollen rolle",
    "permission": "permission permissions privilege privileges perm perms acl acls right rights recht rechten",
    "config": "config configuration configurations setting settings instelling instellingen einstellung einstellungen "
    "konfiguration option options parameter parameters param params conf cfg prefs preference preferences preferenties",
    "template": "template templates sjabloon vorlage vorlagen modele tpl",
    "file": "file files bestand bestanden datei dateien fichier fichiers filename path paths pad pfad dir directory "
    "folder folders filepath filesystem",
    "attachment": "attachment attachments bijlage bijlagen anhang anlagen piecejointe upload uploads",
    "product": "product products produkt produkte produit produits artikel item items sku goods article artikelen prod",
    "order": "order orders bestelling bestellingen bestellung bestellungen commande commandes auftrag auftraege opdracht "
    "best auftr bestel cde",
    "invoice": "invoice invoices factuur facturen rechnung rechnungen facture factures fact rg rechn inv bill",
    "payment": "payment payments betaling betalingen zahlung zahlungen paiement paiements zahl",
    "ticket": "ticket tickets issue issues melding meldingen",
    "log": "log logs logging logboek protokoll journal audit auditlog historie history historiek logbook logentry "
    "logentries logfile verlauf historique syslog trail",
    "created": "ingevoerd toegevoegd erfasst saisi created creation create aangemaakt erstellt cree angelegt crea ins aanmaak",
    "creator": "creator creators ersteller createur aanmaker maker",
    "editor": "editor editors bewerker",
    "updated": "updated modified modification update changed edited gewijzigd geaendert modifie lastmodified "
    "upd mod chg write aend wijz",
    "deleted": "deleted removed geloescht verwijderd supprime",
    "unsubscribe": "unsubscribe afmeld afmelden abmelden abmelde desinscription optout",
    "seller": "seller verkoper verkaeufer vendeur salesman salesperson accountmanager vertreter",
    "assignee": "assignee assignees behandelaar sachbearbeiter bearbeiter sachb zustaendig verantwortlich responsable verantwoordelijke behandeld",
    "by": "by door von par",
    "assigned": "assigned toegewezen zugewiesen",
    "newsletter": "newsletter nieuwsbrief newsletters mailinglist mailinglijst",
    "remote": "remote peer",
    "number plate": "numberplates",
}

LEXICON: dict[str, tuple[str, ...]] = {
    word: tuple(canonical.split()) for canonical, words in _GROUPS.items() for word in words.split()
}
"""One written word -> its canonical words."""

# Words that mean too much to translate wherever they stand; the table or the value must agree.
AMBIGUOUS = frozenset(
    "ma art kind kl cp ph str ort service personal order stat mod best fact mel pan rol pers land str portable "
    "cell client partner inv im sid about no lat lon geo state ins write".split()
)

_PLAIN = """
first last middle full given family real nick display maiden screen user users customer client contact member
employee person author owner sender recipient guest visitor subscriber patient student billing shipping delivery
invoice home work private business mobile phone email mail address street house city town state country post postal
zip code number name names date birth day place login logon password pass hash salt token access refresh reset
activation remember api auth session key secret recovery backup codes ip addr remote host source client agent
browser last seen visit active online count time stamp id type status reply to from cc bcc message body text
subject title comment note description content avatar photo picture image signature job position company
organisation organization department language locale zone web site url home page card credit bank account
holder tax vat social security passport license plate gender sex nationality race religion health blood
kunden kunde klant klanten benutzer gebruiker naam name nummer nr adres adresse straat strasse strassen plz ort
telefon telefoon datum dat geb vor nach kontakt mitarbeiter medewerker lieferant leverancier firma firmen rechnung
rechnungs liefer bestell besteller ansprech partner kennwort wachtwoord bemerkung opmerking nom prenom client rue
ville pays postal code courriel utilisateur mot passe naissance numero commande facture file path class template
group role item product order event task project team page post thread topic forum reply vote group parent
child created updated modified deleted new old form attribute value price discount quantity record request change bankcard attr confirmation invitation verification notification subscription registration
credential detail history setting preference permission attempt failure request response archive line entry address_book
profile photo answer question survey course lesson grade enrolment enrollment assignment submission discussion chat room
channel by at on is has enabled verified confirmed sent read notes tel mob fax
linked outgoing incoming known draft step stage board member membership calendar reservation booking location building
provider service server application device push code grant consent policy report review rating score like follow
watch block ban tag label category comment document folder version release activity event stream queue message box
mailing list invite signup register login credential backup public private profile badge group member work space
oauth sso oidc saml openid token organiser organizer sponsor volunteer donation campaign petition case treatment visit diagnosis prescription letter
""".split()

COMPOUND_WORDS: frozenset[str] = frozenset(
    {w for w in LEXICON if len(w) >= 3 and w not in AMBIGUOUS} | {w for w in _PLAIN if len(w) >= 2}
)
"""Words a name without separators may be cut into."""
