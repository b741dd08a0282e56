"""The Django app `publications`."""

from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    """Registers the app."""

    name = "waarborg.office.publications"
    label = "publications"
