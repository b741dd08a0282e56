"""The Django app `people`."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the app."""

    name = "waarborg.office.people"
    label = "people"
