"""Sets the focus in a form that is shown again with errors."""

from __future__ import annotations

from django.forms import BaseForm


def focus_first_error(form: BaseForm) -> None:
    """Sets autofocus on the first field with an error, so that the browser scrolls to the field.

    Does nothing if the form has non-field errors: then the template sets the focus on these errors.
    """
    if form.non_field_errors():
        return
    for name, field in form.fields.items():
        if name in form.errors:
            field.widget.attrs["autofocus"] = True
            return
