"""Every address of the office. A deployment's own pages stand under its name: `/taakveld/nl/`, `/console/taakveld/`."""

from __future__ import annotations

from django.urls import include, path

from waarborg.office import health
from waarborg.office.look.style import stylesheet
from waarborg.office.look.views import components

urlpatterns = [
    path("health", health.health, name="health"),
    path("style.<slug:name>.css", stylesheet, name="stylesheet"),
    path("components", components, name="components"),
    path("account/", include("allauth.urls")),
    path("console/", include("waarborg.office.console.urls")),
    path("", include("waarborg.office.centre.urls")),
]
