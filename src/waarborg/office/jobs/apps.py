"""The Django app `jobs`."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Registers the app."""

    name = "waarborg.office.jobs"
    label = "jobs"
