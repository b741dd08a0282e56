"""People in Review Board, entered through its models: reviewers, requests, drafts, comments, commits, tokens, a log.

Run with Review Board's own interpreter: python reviewboard_fill.py, with a settings_local.py on the path.
"""

import os
import random

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewboard.settings")
import django

django.setup()
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sites.models import Site
from django.utils import timezone
from djblets.privacy.models import StoredConsentData
from djblets.siteconfig.models import SiteConfiguration
from reviewboard.accounts.models import LinkedAccount, Profile, ReviewRequestVisit, Trophy
from reviewboard.attachments.models import FileAttachment
from reviewboard.changedescs.models import ChangeDescription
from reviewboard.diffviewer.models import DiffCommit, DiffSet, DiffSetHistory
from reviewboard.reviews.models import (
    DefaultReviewer,
    GeneralComment,
    Group,
    Review,
    ReviewRequest,
    ReviewRequestDraft,
    StatusUpdate,
)
from reviewboard.scmtools.models import Repository, Tool
from reviewboard.webapi.models import WebAPIToken

random.seed(7)
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
NOW = timezone.now()


def person(number):
    given, family = random.choice(GIVEN), random.choice(FAMILY)
    login = f"{given}.{family}{number}".lower()
    user = User.objects.create_user(login, f"{login}@postvak.example", "geheim", first_name=given, last_name=family)
    Profile.objects.get_or_create(user=user, defaults={"timezone": "Europe/Amsterdam"})
    if number % 4 == 0:
        LinkedAccount.objects.create(user=user, service_id="slack", service_user_id=f"U{number:05}")
        WebAPIToken.objects.create(user=user, token=f"rbp_{login}" * 4, token_generator_id="x", note="laptop")
        consent = [{"requirement_id": "gravatar", "granted": bool(number % 3)}]
        StoredConsentData.objects.create(user=user, audit_identifier=f"{number:064x}", audit_trail={"x": consent})
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session.save()
    return user


def request(number, people, repository):
    author, reader = random.sample(people, 2)
    made = ReviewRequest(
        submitter=author,
        repository=repository,
        summary=f"Herstel de agenda {number}",
        description=f"Gevonden door {reader.first_name}, zie ook het gesprek van gisteren over de agenda.",
        testing_done="Met de hand op de telefoon bekeken, en de tests gedraaid.",
        public=True,
        time_added=NOW,
        diffset_history=DiffSetHistory.objects.create(name="geschiedenis"),
    )
    made.save()
    made.target_people.add(reader)
    if number % 3 == 0:
        ReviewRequestDraft.objects.create(review_request=made, owner=author, summary="Beter", description="Nog beter")
    diffset = DiffSet.objects.create(name="diff", revision=1, history=made.diffset_history, repository=repository)
    DiffCommit.objects.create(
        diffset=diffset,
        filename="diff",
        author_name=author.get_full_name(),
        author_email=author.email,
        author_date=NOW,
        committer_name=author.get_full_name(),
        committer_email=author.email,
        committer_date=NOW,
        commit_message="Herstel de agenda",
        commit_id=f"{number:040x}",
        parent_id="0" * 40,
    )
    review = Review.objects.create(
        review_request=made, user=reader, body_top="Ziet er goed uit.", body_bottom="Bel me even.", public=True
    )
    comment = GeneralComment.objects.create(text=f"Kan dit korter, {author.first_name}?", issue_opened=True)
    review.general_comments.add(comment)
    change = ChangeDescription.objects.create(user=author, text="Naam van de klant weggehaald", public=True)
    made.changedescs.add(change)
    attachment = FileAttachment.objects.create(user=author, caption="schermafdruk", orig_filename="sanne-bureau.png")
    made.file_attachments.add(attachment)
    ReviewRequestVisit.objects.create(user=reader, review_request=made)
    StatusUpdate.objects.create(service_id="ci", user=reader, review_request=made, summary="CI", description="geslaagd")
    if number % 10 == 0:
        Trophy.objects.create(category="milestone", review_request=made, user=author, received_date=NOW)


site = Site.objects.get_or_create(pk=1, defaults={"domain": "127.0.0.1", "name": "Werk"})[0]
SiteConfiguration.objects.get_or_create(site=site)
people = [person(number) for number in range(50)]
tool, _ = Tool.objects.get_or_create(name="Git", defaults={"class_name": "reviewboard.scmtools.git.GitTool"})
repository = Repository.objects.create(name="agenda", path="/srv/agenda.git", tool=tool)
repository.users.add(*people[:5])
group = Group.objects.create(name="voorkant", display_name="Voorkant", mailing_list="voorkant@werk.example")
group.users.add(*people[:12])
default = DefaultReviewer.objects.create(name="altijd", file_regex=".*")
default.people.add(*people[:3])
for number in range(60):
    request(number, people, repository)
for user in people[:10]:
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=people[0], content_type=kind, object_id=str(user.pk), object_repr=user.username, action_flag=ADDITION
    )
