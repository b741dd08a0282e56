"""The Django app `post`."""

from django.apps import AppConfig


class PostConfig(AppConfig):
    """Registers the app."""

    name = "waarborg.office.post"
    label = "post"
