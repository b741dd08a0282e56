"""The Django app `centre`."""

from django.apps import AppConfig


class CentreConfig(AppConfig):
    """Registers the app."""

    name = "waarborg.office.centre"
    label = "centre"
