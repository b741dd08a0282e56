"""Who works with the office, for whom, and what they looked at."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Tenant(models.Model):
    """A controller with its own policy, data map, state and evidence. Nothing of one is visible to another."""

    slug = models.SlugField(max_length=30, unique=True)
    """In addresses, and before the names of this tenant's state tables."""
    folder = models.CharField(max_length=500)
    """Where its policy.yaml and datamap.yaml are."""
    stopped_at = models.DateTimeField(null=True, blank=True)
    """The emergency stop: nothing is carried out on this tenant's stores until it is lifted."""
    budget_people = models.PositiveIntegerField(default=25)
    """The impact budget: so many people a day may leave without somebody of the staff looking; 0: none."""
    budget_rows = models.PositiveIntegerField(default=10_000)
    """And no plan of more rows than this."""
    handover_key = models.CharField(max_length=64, blank=True)
    """Public Ed25519 key (hexadecimal) of the company's application, where it signs hand-overs with one."""

    def __str__(self) -> str:
        return self.slug


class Organisation(models.Model):
    """A customer of the controller that manages accounts of its people, within the powers it was given."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="organisations")
    key = models.CharField(max_length=100)
    """Its key in the controller's own database."""
    name = models.CharField(max_length=200)
    contact = models.EmailField(blank=True)
    powers = models.JSONField(default=list)
    """Rights whose requests its administrator decides, for example `["access", "erasure"]`."""
    controller = models.BooleanField(default=False)
    """The organisation is the controller of its people's data and we are its processor (Art. 28)."""
    takeover_on = models.DateField(null=True, blank=True)
    """The first day on which its administrator may act: members were told before (the policy's `takeover_notice`)."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "key"], name="organisation_once")]

    def __str__(self) -> str:
        return f"organisation {self.key}"


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Account:
        """An account; without a password it can only be used after one was set by a link."""
        account = self.model(email=self.normalize_email(email).lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """Somebody who works with the console. What they may do follows from their roles, tenant by tenant."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    language = models.CharField(max_length=2, default="nl")
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return f"account {self.pk}"


class Role(models.TextChoices):
    """What somebody may do for a tenant. See `people.roles` for what each may see and do."""

    PRIVACY_OFFICER = "privacy_officer"
    SUPPORT_AGENT = "support_agent"
    ORGANISATION_ADMINISTRATOR = "organisation_administrator"
    AUDITOR = "auditor"


class Membership(models.Model):
    """Somebody's role for one tenant; an administrator's is bound to an organisation."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=30, choices=Role.choices)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "tenant"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(organisation__isnull=False) | ~models.Q(role="organisation_administrator"),
                name="an_administrator_has_an_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.tenant_id}"


class Look(models.Model):
    """That somebody of the staff looked at a person's data: logged before it is shown, and shown to the person."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="looks")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="looks")
    role = models.CharField(max_length=30)
    subject = models.CharField(max_length=64, db_index=True)
    """The person's keyed hash."""
    request = models.UUIDField(null=True)
    what = models.CharField(max_length=40)
    """An opaque word: `request`, `plan`, `answer`, `message`, `search`."""
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"look {self.pk}"
