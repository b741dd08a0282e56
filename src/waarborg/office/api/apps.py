"""The Django app `api`."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Registers the app."""

    name = "waarborg.office.api"
    label = "api"
