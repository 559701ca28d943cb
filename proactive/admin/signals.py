"""Which of the company's event names count as which signal."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from csassist.audit.services import record
from proactive.features.definitions import SIGNAL_KEYS
from proactive.models import SignalName


class SignalNameForm(forms.ModelForm[SignalName]):
    signal = forms.ChoiceField(choices=[(key, key) for key in sorted(SIGNAL_KEYS)])

    class Meta:
        model = SignalName
        fields = ["event_name", "signal"]


@admin.register(SignalName)
class SignalNameAdmin(admin.ModelAdmin[SignalName]):
    form = SignalNameForm
    list_display = ["event_name", "signal"]
    list_filter = ["signal"]
    search_fields = ["event_name"]

    def save_model(self, request: HttpRequest, obj: SignalName, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record("signal_name.changed" if change else "signal_name.created", obj, signal=obj.signal)
