"""Forms that are shown again with errors."""

from __future__ import annotations

from django.forms import BaseForm


def focus_first_error(form: BaseForm) -> None:
    """Give the focus to the first field with an error: it may be out of sight.

    Errors of the whole form take the focus in the template.
    """
    if form.non_field_errors():
        return
    for name, field in form.fields.items():
        if name in form.errors:
            field.widget.attrs["autofocus"] = True
            return
