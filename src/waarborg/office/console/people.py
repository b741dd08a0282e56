"""The people who work here, with their roles, and the organisations that decide on accounts of their own people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from waarborg.office.console.staff import Desk, page
from waarborg.office.operate.accounts import first_link
from waarborg.office.people.models import Account, Membership, Organisation, Role

POWERS = ("access", "rectification", "erasure", "restriction", "portability", "objection")


class Named(forms.ModelChoiceField):  # type: ignore[type-arg] # Django's form field takes no parameters at run time
    """A choice of organisations, each by its name."""

    def label_from_instance(self, obj: Any) -> str:
        """The name."""
        return str(obj.name)


class Member(forms.Form):
    """Somebody and their role."""

    email = forms.EmailField()
    name = forms.CharField(max_length=150)
    role = forms.ChoiceField()
    organisation = Named(queryset=Organisation.objects.none(), required=False)

    def __init__(self, desk: Desk, data: Any = None) -> None:
        super().__init__(data, prefix="member")
        roles, organisations = self.fields["role"], self.fields["organisation"]
        assert isinstance(roles, forms.ChoiceField)  # noqa: S101 - tells mypy what stands above
        assert isinstance(organisations, forms.ModelChoiceField)  # noqa: S101 - the same
        roles.choices = [(one.value, desk.say(f"console.role.{one.value}")) for one in Role]
        organisations.queryset = Organisation.objects.filter(tenant=desk.tenant).order_by("name")

    def clean(self) -> dict[str, Any]:
        """An administrator has an organisation."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("role") == Role.ORGANISATION_ADMINISTRATOR and not given.get("organisation"):
            self.add_error("organisation", forms.ValidationError("", code="required"))
        return given


class Customer(forms.Form):
    """An organisation and what it may decide."""

    key = forms.CharField(max_length=100)
    name = forms.CharField(max_length=200)
    contact = forms.EmailField(required=False)
    powers = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    controller = forms.BooleanField(required=False)

    def __init__(self, desk: Desk, data: Any = None) -> None:
        super().__init__(data, prefix="organisation")
        powers = self.fields["powers"]
        assert isinstance(powers, forms.MultipleChoiceField)  # noqa: S101 - tells mypy what stands above
        powers.choices = [(one, desk.say(f"console.ask.{one}")) for one in POWERS]


@page("manage_people")
def people(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The list, and the forms to add to it."""
    return _page(request, desk)


def _page(request: HttpRequest, desk: Desk, **more: Any) -> HttpResponse:
    member, customer = more.pop("member", None) or Member(desk), more.pop("customer", None) or Customer(desk)
    context = {
        "members": desk.tenant.memberships.select_related("account", "organisation").order_by("account__name"),
        "organisations": desk.tenant.organisations.order_by("name"),
        "member": member,
        "customer": customer,
        "link": "",
    }
    wrong = bool(member.errors or customer.errors)
    return desk.show(request, "people", "people", {**context, **more}, 422 if wrong else 200)


@require_POST
@page("manage_people")
def do(request: HttpRequest, desk: Desk, name: str) -> HttpResponse:
    """Add somebody, take a role away, add an organisation."""
    if name == "member":
        return _add(request, desk)
    if name == "organisation":
        return _customer(request, desk)
    if name == "end":
        pk = request.POST.get("membership", "")
        row = desk.tenant.memberships.filter(pk=int(pk) if pk.isdigit() else 0).first()
        if row is None or row.account_id == desk.account.pk:  # nobody locks themselves out by mistake
            raise Http404
        row.delete()
        return redirect("console:people", tenant=desk.tenant.slug)
    raise Http404


def _add(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = Member(desk, request.POST)
    if not form.is_valid():
        return _page(request, desk, member=form)
    given = form.cleaned_data
    admin = given["role"] == Role.ORGANISATION_ADMINISTRATOR
    with transaction.atomic():
        known = Account.objects.filter(email=given["email"].lower()).first()
        account = known or Account.objects.create_user(
            given["email"], name=given["name"], language=desk.account.language
        )
        fields = {"role": given["role"], "organisation": given["organisation"] if admin else None}
        Membership.objects.update_or_create(account=account, tenant=desk.tenant, defaults=fields)
    link = "" if account.has_usable_password() else request.build_absolute_uri(first_link(account))
    return _page(request, desk, link=link)


def _customer(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = Customer(desk, request.POST)
    if not form.is_valid():
        return _page(request, desk, customer=form)
    given = form.cleaned_data
    fields = {name: given[name] for name in ("name", "contact", "powers", "controller")}
    Organisation.objects.update_or_create(tenant=desk.tenant, key=given["key"], defaults=fields)
    return redirect("console:people", tenant=desk.tenant.slug)
