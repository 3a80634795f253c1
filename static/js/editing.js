// The form of one field on the page of a customer. Escape closes the form and moves the focus to the
// edit link of the field.

const openForm = () => document.querySelector("#customer .field-form");

document.addEventListener("htmx:after:swap", () => {
  const input = openForm()?.querySelector("[autofocus]");
  if (input) {
    input.focus();
    // The value of an input is selected, so that typing replaces the value. In notes the cursor stands
    // at the end.
    if (input.localName === "textarea") input.setSelectionRange(input.value.length, input.value.length);
    else input.select?.();
  }
  const saved = document.getElementById("saved");
  if (saved) document.getElementById("announcement").textContent = saved.querySelector("p").textContent;
});

// After a successful change, the response replaces the whole customer, and the edit link of the
// field gets the focus.
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const field = ctx.sourceElement.dataset?.field;
  if (field && ctx.response.status < 400) setTimeout(() => document.getElementById(`edit-${field}`)?.focus());
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && openForm()?.contains(event.target)) cancelForm(event);
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("#customer .field-form .cancel")) cancelForm(event);
});

function cancelForm(event) {
  event.preventDefault();
  const form = openForm();
  form.remove();
  document.getElementById(`edit-${form.dataset.field}`)?.focus();
}
