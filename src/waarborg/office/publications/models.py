"""The table of published versions. A row is written once and never changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Publication(models.Model):
    """A version of a tenant's policy, as it was published: the whole file."""

    tenant = models.ForeignKey("people.Tenant", on_delete=models.CASCADE, related_name="publications")
    version = models.DateField()
    """The day this version takes effect; in its address."""
    digest = models.CharField(max_length=64)
    """What the policy says, as `Policy.digest`; the evidence names it."""
    text = models.TextField()
    """The file."""
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "version"], name="publication_once")]

    def __str__(self) -> str:
        return f"publication {self.version}"
