"""The addresses of the console."""

from __future__ import annotations

from django.urls import URLPattern, path

from waarborg.office.console import desk, home, people, pictures, queue, request, work

app_name = "console"
T = "<slug:tenant>/"
urlpatterns: list[URLPattern] = [
    path("", home.choose, name="choose"),
    path(T, home.home, name="home"),
    path(f"{T}requests", queue.queue, name="queue"),
    path(f"{T}requests/new", queue.enter, name="enter"),
    path(f"{T}search", queue.search, name="search"),
    path(f"{T}requests/<str:number>", request.show, name="request"),
    path(f"{T}requests/<str:number>/do/<slug:name>", request.do, name="do"),
    path(f"{T}requests/<str:number>/messages/<int:message>", request.message, name="message"),
    path(f"{T}requests/<str:number>/answer", request.answer, name="answer"),
    path(f"{T}requests/<str:number>/document", request.document, name="document"),
    path(f"{T}requests/<str:number>/tasks/<int:task>/<slug:step>", request.task, name="task"),
    path(f"{T}retention", pictures.retention, name="retention"),
    path(f"{T}map", pictures.data_map, name="map"),
    path(f"{T}map.svg", pictures.map_svg, name="map_svg"),
    path(f"{T}retention.svg", pictures.retention_svg, name="retention_svg"),
    path(f"{T}promises", desk.promises, name="promises"),
    path(f"{T}evidence", desk.evidence, name="evidence"),
    path(f"{T}evidence/export", desk.export, name="export"),
    path(f"{T}looks", desk.looks, name="looks"),
    path(f"{T}work", work.work, name="work"),
    path(f"{T}work/<slug:name>", work.do, name="work_do"),
    path(f"{T}people", people.people, name="people"),
    path(f"{T}people/<slug:name>", people.do, name="people_do"),
]
