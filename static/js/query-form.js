// The controls of the form are the state of the list: search, filters, order and page. A click on a
// link changes a control and submits the form. So a second click does not undo the first, even if the
// first request is still running.

// A change of the search, the filters or the order clears these controls.
const PAGE_CONTROLS = ["page", "as_of"];

// The values of the controls in the running request.
let sent = null;

const form = () => document.getElementById("query");
const controls = () => [...form().elements].filter(({ name }) => name);
const isBox = ({ type }) => type === "radio" || type === "checkbox";
const read = (control) => isBox(control) ? control.checked : control.value;
// The value of a control in the last response.
const readInitial = (control) => isBox(control) ? control.defaultChecked : control.defaultValue;

function writeControl(control, state) {
  if (isBox(control)) control.checked = state;
  else if (control.value !== state) control.value = state;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-set], a[data-drop]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
  event.preventDefault();
  // Some browsers do not focus a clicked link.
  link.focus({ preventScroll: true });
  changeControls(link);
  form().requestSubmit();
});

document.addEventListener("submit", (event) => {
  const jump = event.target;
  if (!jump.matches(".jump")) return;
  event.preventDefault();
  const href = `${jump.action}?${new URLSearchParams(new FormData(jump))}`;
  changeControls({ href, dataset: { set: "page", value: jump.elements.page.value } });
  form().requestSubmit();
});

function changeControls({ href, dataset: { set, drop = "", value } }) {
  for (const control of controls()) {
    if (control.name === set) {
      // An input of type date rejects relative dates.
      if (control.type === "date") control.type = "text";
      writeControl(control, value);
    }
    if (drop.split(" ").includes(control.name)) emptyControl(control, value);
  }
  // A page number is only valid for the displayed list, and for the day of its relative dates.
  if (set !== "page" || controls().some(isChanged)) goToFirstPage();
  else form().elements.as_of.value = new URL(href).searchParams.get("as_of") ?? "";
}

function goToFirstPage() {
  for (const name of PAGE_CONTROLS) form().elements[name].value = "";
}

const isChanged = (control) => !PAGE_CONTROLS.includes(control.name) && read(control) !== readInitial(control);

// A value empties only the checkbox with this value.
function emptyControl(control, value) {
  if (control.type === "radio") control.checked = !control.value;
  else if (control.type === "checkbox") control.checked &&= Boolean(value) && control.value !== value;
  else control.value = "";
}

// After the change of a filter, the list starts at the first page. This listener runs before htmx
// reads the form.
document.addEventListener("input", ({ target }) => {
  if (target.form?.id === "query") goToFirstPage();
}, true);

document.addEventListener("htmx:config:request", ({ detail: { ctx: { sourceElement, request } } }) => {
  // Empty parameters are not sent, except in a saved view: an empty parameter removes a filter of the view.
  if (sourceElement.id !== "query" || sourceElement.elements.view) return;
  for (const [name, value] of [...request.body]) if (!value) request.body.delete(name);
});

document.addEventListener("list:request", () => {
  sent = new Map(controls().map((control) => [control, read(control)]));
});

// The controls that the member changed after the request. The response has the old values.
document.addEventListener("list:response", ({ detail }) => {
  const changed = [...sent].filter(([control, state]) => read(control) !== state);
  detail.changed = new Map(changed.map(([control]) => [control, read(control)]));
});

// htmx updates the attributes of a control. The browser ignores these attributes after the member has
// used the control, so this listener sets the value.
document.addEventListener("list:shown", ({ detail: { changed } }) => {
  for (const control of controls()) writeControl(control, changed.get(control) ?? readInitial(control));
});

document.addEventListener("list:end", () => sent = null);

// Dates that were typed but not applied, by the name of the control. While the menu is closed, the
// form has the applied date, so that another action does not submit the typed date. The typed date
// appears again when the menu opens.
const drafts = new Map();

document.addEventListener("toggle", ({ target, newState }) => {
  if (!target.matches(".filter")) return;
  for (const day of target.querySelectorAll(".range input:not([type=hidden])")) {
    if (newState === "closed") storeDate(day);
    else if (drafts.has(day.name)) writeControl(day, drafts.get(day.name));
    if (newState !== "closed") drafts.delete(day.name);
  }
}, true);

function storeDate(day) {
  const applied = sent?.get(day) ?? readInitial(day);
  if (read(day) !== applied) drafts.set(day.name, read(day));
  writeControl(day, applied);
}

// After Back or Forward, htmx processes the form again: it aborts the running request, and drops a
// typed search that was not sent yet. This also applies to a page from the back-forward cache.
function resetForm() {
  drafts.clear();
  form().reset();
  htmx.process(form(), true);
}

window.addEventListener("popstate", ({ state }) => {
  if (state?.htmx) resetForm();
});

window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) resetForm();
});
