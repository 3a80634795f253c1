// Editing one field on the page of a customer: Escape cancels, and the focus returns to the field.

const openForm = () => document.querySelector("#customer .field-form");

document.addEventListener("htmx:after:swap", () => {
  const input = openForm()?.querySelector("[autofocus]");
  if (input) {
    input.focus();
    // Typing replaces a value of one line, and adds to notes.
    if (input.localName === "textarea") input.setSelectionRange(input.value.length, input.value.length);
    else input.select?.();
  }
  const saved = document.getElementById("saved");
  if (saved) document.getElementById("announcement").textContent = saved.querySelector("p").textContent;
});

// After saving, the response replaces the whole customer.
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const field = ctx.sourceElement.dataset?.field;
  if (field && ctx.response.status < 400) setTimeout(() => document.getElementById(`edit-${field}`)?.focus());
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && openForm()?.contains(event.target)) leaveForm(event);
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("#customer .field-form .cancel")) leaveForm(event);
});

function leaveForm(event) {
  event.preventDefault();
  const form = openForm();
  form.remove();
  document.getElementById(`edit-${form.dataset.field}`)?.focus();
}
