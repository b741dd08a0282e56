"""The forms of the centre. Labels, hints and errors come from the texts (`{% field %}`)."""

from __future__ import annotations

from django import forms

from waarborg.notice.words import Say
from waarborg.office.centre.asks import Choice as Asked
from waarborg.office.look.forms import Choice
from waarborg.office.requests.doors import LONGEST_TEXT

AUTOCOMPLETE = {"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}


class AskForm(forms.Form):
    """A request of somebody who is not signed in: what, and an address. Everything else may be left out."""

    ask = forms.ChoiceField(widget=forms.RadioSelect)
    purpose = forms.ChoiceField(widget=forms.RadioSelect)
    about = forms.CharField(max_length=200, widget=forms.TextInput({"autocomplete": "off"}))
    """Whose data it is about, where somebody asks for another: an e-mail address, or the name of an account."""
    email = forms.EmailField(max_length=254, widget=forms.EmailInput(AUTOCOMPLETE))
    text = forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 5}), required=False)

    def __init__(
        self, say: Say, asks: list[Asked], purposes: list[tuple[str, str]], behalf: str, data: object = None
    ) -> None:
        """`asks` are what can be chosen; with one of them, it is chosen. `behalf` as in `Incoming`."""
        super().__init__(data)  # type: ignore[arg-type] # what Django calls its own MultiValueDict
        self._choose("ask", [(one.key, Choice(one.name, one.short)) for one in asks])
        self._choose("purpose", [(id, Choice(name[:1].upper() + name[1:])) for id, name in purposes])
        if len(asks) == 1:
            self.fields["ask"].widget = forms.HiddenInput()
            self.fields["ask"].initial = asks[0].key
        if not purposes:
            del self.fields["purpose"]
        if not behalf:
            del self.fields["about"]
        if any(one.key in ("rectification", "complaint", "something_else", "child_report") for one in asks[:1]):
            self.fields["text"].required = True

    def _choose(self, name: str, choices: list[tuple[str, Choice]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what stands above
        field.choices = choices


class CodeForm(forms.Form):
    """Eight digits."""

    code = forms.CharField(
        max_length=20,
        widget=forms.TextInput(
            {"class": "code", "inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
        ),
    )


class WriteForm(forms.Form):
    """A message to whoever works on the request."""

    text = forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 5}))


class DocumentForm(forms.Form):
    """A scan, where it was asked for."""

    document = forms.FileField(widget=forms.FileInput({"accept": "image/jpeg,image/png,application/pdf"}))


class AddressForm(forms.Form):
    """An e-mail address, to send a link to."""

    email = forms.EmailField(max_length=254, widget=forms.EmailInput(AUTOCOMPLETE))
