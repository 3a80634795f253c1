// The form has all state of the list: search, filters, order and page are its controls. A link
// changes controls and submits the form, so that quick actions one after another all take effect.

// The controls of the page and the layout; all others belong to the list.
const PAGE = ["page", "as_of"];

// The value of each control in the request that is still running.
let sent = null;

const form = () => document.getElementById("query");
const controls = () => [...form().elements].filter(({ name }) => name);
const isBox = ({ type }) => type === "radio" || type === "checkbox";
const read = (control) => isBox(control) ? control.checked : control.value;
const readServed = (control) => isBox(control) ? control.defaultChecked : control.defaultValue;

function writeControl(control, state) {
  if (isBox(control)) control.checked = state;
  else if (control.value !== state) control.value = state;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-set], a[data-drop]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
  event.preventDefault();
  // Some browsers do not focus a link that is clicked.
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
  // A page number belongs to the list that is shown, with the day from which its relative dates are
  // counted.
  if (set !== "page" || controls().some(isChanged)) beginList();
  else form().elements.as_of.value = new URL(href).searchParams.get("as_of") ?? "";
}

function beginList() {
  for (const name of PAGE) form().elements[name].value = "";
}

const isChanged = (control) => !PAGE.includes(control.name) && read(control) !== readServed(control);

// Each chosen language is a filter of its own.
function emptyControl(control, value) {
  if (control.type === "radio") control.checked = !control.value;
  else if (control.type === "checkbox") control.checked &&= Boolean(value) && control.value !== value;
  else control.value = "";
}

// A changed filter leads to the first page. This listener runs before htmx reads the form.
document.addEventListener("input", ({ target }) => {
  if (target.form?.id === "query") beginList();
}, true);

document.addEventListener("htmx:config:request", ({ detail: { ctx: { sourceElement, request } } }) => {
  // In a saved view an empty parameter removes a filter of the view.
  if (sourceElement.id !== "query" || sourceElement.elements.view) return;
  for (const [name, value] of [...request.body]) if (!value) request.body.delete(name);
});

document.addEventListener("list:request", () => {
  sent = new Map(controls().map((control) => [control, read(control)]));
});

// Controls that have changed since the request: the response has their old values.
document.addEventListener("list:response", ({ detail }) => {
  const changed = [...sent].filter(([control, state]) => read(control) !== state);
  detail.changed = new Map(changed.map(([control]) => [control, read(control)]));
});

// A morph changes attributes, but a control that was used no longer follows its attributes.
document.addEventListener("list:shown", ({ detail: { changed } }) => {
  for (const control of controls()) writeControl(control, changed.get(control) ?? readServed(control));
});

document.addEventListener("list:end", () => sent = null);

// A date that was typed but not applied is not sent while its menu is closed, and appears again when
// the menu opens. An applied date stays until its response.
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
  const applied = sent?.get(day) ?? readServed(day);
  if (read(day) !== applied) drafts.set(day.name, read(day));
  writeControl(day, applied);
}

// After going back, earlier requests and text that was typed just before are dropped: htmx drops them
// when it processes the form again. This holds for a page from the back-forward cache, too.
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
