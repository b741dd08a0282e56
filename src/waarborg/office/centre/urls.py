"""The addresses of the privacy centre."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "centre"
urlpatterns: list[URLPattern] = []
