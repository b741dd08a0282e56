"""What is kept of a request. Everything personal is sealed in the tenant's vault, under the key of the request.

    vault record                       holds (canonical JSON)
    office:<request>:person            the identifiers under which the person is looked up, and the name to write to
    office:<request>:contact           where answers go: the address of record, once it is confirmed
    office:<request>:asked             what the person wrote, and for whom they ask (mandate, child)
    office:<request>:message:<n>       a message: to whom, in which language, its fields (see `requests.messages`)
    office:<request>:decision          reasons of a refusal or an extension
    office:<request>:document          an identity document, destroyed after the decision
    office:<request>:package:<id>      the key of an answer package
    office:<request>:outbox:<n>        which rows an outbox event is about

The data key is `request:<id>`: closing the request destroys it, and with it all of the above.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from waarborg.office.requests.life import Ask, Door, State


class SubjectRequest(models.Model):
    """A request of a data subject (Art. 12 to 22), from the door by which it came to its answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey("people.Tenant", on_delete=models.PROTECT, related_name="requests")
    number = models.CharField(max_length=20)
    """What people call it: year and a number that counts up, `2026-00042`."""
    ask = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Ask])
    purpose = models.CharField(max_length=80, blank=True)
    """For an objection or a withdrawal: the purpose in the policy."""
    language = models.CharField(max_length=2)
    door = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Door])
    state = models.CharField(max_length=20, choices=[(one.value, one.value) for one in State])
    version = models.PositiveIntegerField(default=0)
    """Counts moves: two at once, and one is told to look again."""

    # the clock (Art. 12(3)); dates are in the controller's zone
    received_at = models.DateTimeField()
    due_on = models.DateField()
    first_due_on = models.DateField()
    """The end of the first month, pauses counted: until then an extension may be told."""
    extended = models.BooleanField(default=False)
    paused_at = models.DateTimeField(null=True)
    """Since when the clock stands still, waiting for what confirms the identity (Art. 12(6))."""
    answered_at = models.DateTimeField(null=True)

    # who
    subject = models.CharField(max_length=64, blank=True, db_index=True)
    """The person's keyed hash, once we know which person it is; empty before, and where nobody was found."""
    contact_hash = models.CharField(max_length=64, blank=True, db_index=True)
    """Keyed hash of the address it came from: recognises duplicates and floods."""
    assurance = models.PositiveSmallIntegerField(default=0)
    """How sure we are of the identity: the height of a rung of `requests.identity.RUNGS`."""
    needed = models.PositiveSmallIntegerField(null=True)
    """How sure we have to be, by the harm of this answer; null until the person was looked up: then nobody is sure."""
    on_behalf = models.CharField(max_length=12, blank=True)
    """`mandate` (a representative), `guardian` (of a child) or `reporter` (about a child); empty: for themselves."""
    hint = models.CharField(max_length=40, blank=True)
    """Why a person of the staff should look: an error id, or a word of `requests.carry.HINTS`."""
    organisation = models.ForeignKey("people.Organisation", null=True, blank=True, on_delete=models.PROTECT)
    assigned = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    duplicate_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL)

    # what was decided
    plan = models.CharField(max_length=64, blank=True)
    """Digest of the plan in the tenant's state."""
    answer = models.CharField(max_length=64, blank=True)
    """Digest of the answer that is ready to go out."""
    delayed_at = models.DateTimeField(null=True)
    """Since when a store that is down holds it up; the others are done, and it is tried again."""
    undo_until = models.DateTimeField(null=True)
    """Approved, and carried out only after this instant: until then one word of the person stops it."""
    article = models.CharField(max_length=40, blank=True)
    """Of a refusal, in whole or in part: `Art. 12(5)`, `Art. 17(3)(b)`."""
    fee_cents = models.PositiveIntegerField(null=True)
    fee_settled = models.BooleanField(default=False)
    destroy_on = models.DateField(null=True)
    """The day on which the file of the request has had its term."""
    destroyed_at = models.DateTimeField(null=True)
    """When the key of the request was destroyed: from then on this row is a number and some dates."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "number"], name="request_number_once")]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "state", "due_on"], name="request_clock"),
            models.Index(fields=["tenant", "-received_at"], name="request_newest"),
        ]

    def __str__(self) -> str:
        return f"request {self.number}"


class Counter(models.Model):
    """How far a tenant's numbers have come in a year."""

    tenant = models.ForeignKey("people.Tenant", on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "year"], name="counter_once")]

    def __str__(self) -> str:
        return f"counter {self.year}"


class Arrival(models.Model):
    """That something came in, for a day: what floods are told by. Keyed hashes only."""

    tenant = models.ForeignKey("people.Tenant", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    """`address`, `network` or `tenant`."""
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tenant", "kind", "hash", "at"], name="arrival_recent")]

    def __str__(self) -> str:
        return f"arrival {self.kind}"


class UsedToken(models.Model):
    """A signed hand-over that was used: it works once. Kept until the token would have expired anyway."""

    tenant = models.ForeignKey("people.Tenant", on_delete=models.CASCADE, related_name="+")
    hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "hash"], name="token_once")]

    def __str__(self) -> str:
        return f"token {self.pk}"


class Event(models.Model):
    """One line of the timeline. Holds declared words, dates and counts; nothing of a person."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    role = models.CharField(max_length=30)
    """Who did it: `person`, `system`, `recipient`, or a staff role."""
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    data = models.JSONField(default=dict)
    shown = models.BooleanField(default=True)
    """Whether the person sees it too; only work notes are not."""

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"event {self.kind}"


class Message(models.Model):
    """A letter or a mail, in or out; its text is sealed. See `requests.messages`."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField()
    outgoing = models.BooleanField()
    kind = models.CharField(max_length=40)
    """The template, or `mail` for what came in."""
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["request", "number"], name="message_once")]

    def __str__(self) -> str:
        return f"message {self.number}"


class IdentityCheck(models.Model):
    """One try to be sure who asks: a rung of the ladder. Codes are kept as keyed hashes, documents sealed."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="checks")
    rung = models.CharField(max_length=20)
    """A rung of `requests.identity.RUNGS`, or `fresh`: a code for files, after the identity is known."""
    state = models.CharField(max_length=12, default="open")
    """`open`, `passed`, `failed`, `expired`."""
    code_hash = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"check {self.rung} {self.state}"


class Link(models.Model):
    """A link in a mail: for one purpose, expiring, revocable. Only the keyed hash of its token is kept."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=20)
    """`confirm`, `status`, `download`, `undo`, `mandate`."""
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    uses = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"link {self.purpose}"


class Package(models.Model):
    """An answer that waits for its person: a file, encrypted under a key in the vault, destroyed after its term."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="packages")
    file = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    """Null while somebody still has to look at what was withheld."""
    expires_at = models.DateTimeField()
    downloads = models.PositiveIntegerField(default=0)
    destroyed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"package {self.pk}"


class Task(models.Model):
    """Something outside that has to happen, tracked until confirmed: a recipient told (Art. 19), a device wiped."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=30)
    """`tell_recipient`, `wipe_device`, `by_hand`."""
    recipient = models.CharField(max_length=80, blank=True)
    """The entry in the policy."""
    state = models.CharField(max_length=12, default="open")
    """`open`, `told`, `confirmed`, `failed`."""
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    """Who confirmed it."""
    due_on = models.DateField()
    told_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "kind", "recipient"], name="task_once"),
        ]

    def __str__(self) -> str:
        return f"task {self.kind}"


class Outbox(models.Model):
    """Something that happened to data, for the company's own caches and indexes: a webhook tells it, at least once."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="outbox")
    kind = models.CharField(max_length=20)
    """`erased`, `restricted`, `rectified`, `released`, `objected` or `withdrawn`."""
    made_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["request", "kind"], name="outbox_once")]

    def __str__(self) -> str:
        return f"outbox {self.kind}"
