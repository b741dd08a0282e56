"""The Django app `requests`."""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    """Registers the app."""

    name = "waarborg.office.requests"
    label = "requests"
