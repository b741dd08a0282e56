"""The Django app `jobs`."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Registers the app, and puts the jobs of every app (its module `work`) on the allow-list."""

    name = "waarborg.office.jobs"
    label = "jobs"

    def ready(self) -> None:
        """All models are there: load the jobs."""
        autodiscover_modules("work")
