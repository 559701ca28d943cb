"""The forms of documents: typed text, uploaded files, place. They check shapes; the services check everything else."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import User
from csassist.core.errors import AppError
from knowledge.editing import fingerprint
from knowledge.loaders.detection import ACCEPTED_EXTENSIONS
from knowledge.models import Collection, DocumentVersion, Source, VersionKind
from knowledge.services import VersionText
from knowledge.upload_rules import accepted_words, refusal

LANGUAGES = [("en", _("English")), ("zh", _("Chinese"))]


class Lines(forms.CharField):
    """Short texts, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(one) for one in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        lines = (line.strip() for line in str(super().clean(value)).splitlines())
        return tuple(dict.fromkeys(line for line in lines if line))


def _moment() -> forms.SplitDateTimeWidget:
    # Lazy texts, because the form is made once: a browser needs a name for each half.
    date_attrs: dict[str, Any] = {"type": "date", "aria-label": _("Date")}
    time_attrs: dict[str, Any] = {"type": "time", "aria-label": _("Time")}
    return forms.SplitDateTimeWidget(
        date_format="%Y-%m-%d", time_format="%H:%M", date_attrs=date_attrs, time_attrs=time_attrs
    )


class TextForm(forms.Form):
    """A version's text. `seen` is the fingerprint of the version it was opened on."""

    title = forms.CharField(label=_("Title"), max_length=300)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    kind = forms.ChoiceField(label=_("Kind"), choices=VersionKind.choices)
    body = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 26, "class": "knowledge-body", "spellcheck": "true"}),
        help_text=_(
            "Markdown. Headings divide the text into passages. For questions and answers: one JSON object a line, "
            'like {"question": "…", "answer": "…", "aliases": ["…"]}.'
        ),
    )
    questions = Lines(
        label=_("Questions it answers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line, in customers' words."),
    )
    aliases = Lines(
        label=_("Other names"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line: what customers call it."),
    )
    effective_from = forms.SplitDateTimeField(
        label=_("In effect from"),
        required=False,
        help_text=_("Empty: as soon as it is published."),
        widget=_moment(),
    )
    expires_at = forms.SplitDateTimeField(
        label=_("Expires"),
        required=False,
        help_text=_("Answers stop using it then."),
        widget=_moment(),
    )
    review_due = forms.DateField(
        label=_("Review due"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label=_("What changed"), required=False, max_length=300)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def text(self) -> VersionText:
        given = {name: self.cleaned_data[name] for name in VersionText.__dataclass_fields__ if name in self.fields}
        return VersionText(**given)

    def show(self, error: AppError) -> None:
        """Put the service's problems beside the fields they are about."""
        fields = error.extra.get("fields")
        problems = fields if isinstance(fields, dict) else {None: error.message}
        for name, problem in problems.items():
            self.add_error(name if name in self.fields else None, problem)


class PlaceForm(forms.Form):
    collection = forms.ModelChoiceField(label=_("Collection"), queryset=Collection.objects.all(), empty_label=None)
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.filter(is_active=True), required=False, empty_label=_("Nobody")
    )


class DocumentPlaceForm(PlaceForm):
    suggested_question = forms.CharField(
        label=_("Suggested question"),
        required=False,
        max_length=120,
        help_text=_("Offered on the chat page to start with."),
    )


class NewArticleForm(TextForm, PlaceForm):
    field_order = ["collection", "owner", "title", "language", "kind"]


def initial_text(version: DocumentVersion | None) -> dict[str, Any]:
    """What the form shows when it is opened on this version."""
    if version is None:
        return {"language": "en", "kind": VersionKind.ARTICLE}
    shown = {name: getattr(version, name) for name in VersionText.__dataclass_fields__ if name != "parse_notes"}
    return {**shown, "seen": fingerprint(version)}


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Any number of files. Those that are refused are named one by one; the good ones stay in the cleaned value."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        for one in given:
            super().clean(one, initial)
        if not given:
            raise forms.ValidationError(_("Choose at least one file."))
        return list(given)


class UploadForm(forms.Form):
    collection = forms.ModelChoiceField(label=_("Collection"), queryset=Collection.objects.all(), empty_label=None)
    trust = forms.ChoiceField(
        label=_("Trust"),
        choices=Source.Trust.choices,
        initial=Source.Trust.TRUSTED,
        required=False,
        help_text=_("Not trusted: others wrote these files, and a person publishes each text."),
    )
    publish_when_read = forms.BooleanField(
        label=_("Publish as soon as read"),
        required=False,
        help_text=_("Otherwise each file becomes a draft that somebody publishes."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # `files` is also a Form's own attribute, so the field cannot be declared in the class.
        self.fields["files"] = ManyFiles(label=gettext("Files"), help_text=accepted_words(), allow_empty_file=True)
        self.fields["files"].widget.attrs |= {
            "accept": ",".join(ACCEPTED_EXTENSIONS),
            "data-most-bytes": settings.CSASSIST_UPLOAD_MAX_BYTES,
        }

    def good_files(self) -> list[UploadedFile[Any]]:
        return [file for file in self.cleaned_data["files"] if not refusal(file)]

    def refusals(self) -> list[str]:
        return [problem for file in self.cleaned_data["files"] if (problem := refusal(file))]

    def clean_files(self) -> list[UploadedFile[Any]]:
        files: list[UploadedFile[Any]] = self.cleaned_data["files"]
        problems = [problem for file in files if (problem := refusal(file))]
        if problems and len(problems) == len(files):
            raise forms.ValidationError([*problems])
        return files
