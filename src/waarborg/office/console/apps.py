"""The Django app `console`."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Registers the app."""

    name = "waarborg.office.console"
    label = "console"
