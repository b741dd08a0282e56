"""The Django app `look`."""

from django.apps import AppConfig


class LookConfig(AppConfig):
    """Registers the app."""

    name = "waarborg.office.look"
    label = "look"
