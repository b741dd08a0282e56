"""The table of jobs. Rows are enqueued in the transaction that needs them; see `jobs.queue` for how they are done."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Job(models.Model):
    """Something to do, at least once. Arguments are ids, never data of a person."""

    class State(models.TextChoices):
        """Where a job stands."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        DEAD = "dead"

    name = models.CharField(max_length=80)
    arguments = models.JSONField(default=dict)
    tenant = models.ForeignKey("people.Tenant", null=True, on_delete=models.CASCADE, related_name="jobs")
    unique = models.CharField(max_length=160, null=True, unique=True)
    """One job under this key, for ever: `retention:2026-12-01`. Null where several are right."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    run_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    token = models.CharField(max_length=32, blank=True)
    """Of the worker that holds the lease; whoever has lost it can no longer finish the job."""
    leased_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=40, blank=True)
    """The id of what went wrong last; never a message, which might hold a value."""
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "run_at"], name="job_due")]

    def __str__(self) -> str:
        return f"job {self.pk} {self.name}"
