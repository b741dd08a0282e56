"""Every address of the office. A deployment's own pages stand under its name: `/taakveld/nl/`, `/console/taakveld/`."""

from __future__ import annotations

from django.urls import include, path

from waarborg.office import health

urlpatterns = [
    path("health", health.health, name="health"),
    path("account/", include("allauth.urls")),
    path("console/", include("waarborg.office.console.urls")),
    path("", include("waarborg.office.centre.urls")),
]
