// The form is the one state of the list: search, filters, order and page are controls of it. A link
// changes controls and submits the form, so acts that follow each other at once all count.

// The controls of a page; all others are those of the list.
const PAGE = ["page", "as_of"];

// What each control said in the request that is not answered yet.
let sent = null;

const form = () => document.getElementById("query");
const controls = () => [...form().elements].filter(({ name }) => name);
const isBox = ({ type }) => type === "radio" || type === "checkbox";
const read = (control) => isBox(control) ? control.checked : control.value;
const readServed = (control) => isBox(control) ? control.defaultChecked : control.defaultValue;

function write(control, state) {
  if (isBox(control)) control.checked = state;
  else if (control.value !== state) control.value = state;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-set], a[data-drop]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
  event.preventDefault();
  // Not every browser gives the focus to a link that is clicked.
  link.focus({ preventScroll: true });
  change(link);
  form().requestSubmit();
});

document.addEventListener("submit", (event) => {
  const jump = event.target;
  if (!jump.matches(".jump")) return;
  event.preventDefault();
  const href = `${jump.action}?${new URLSearchParams(new FormData(jump))}`;
  change({ href, dataset: { set: "page", value: jump.elements.page.value } });
  form().requestSubmit();
});

function change({ href, dataset: { set, drop = "", value } }) {
  for (const control of controls()) {
    if (control.name === set) {
      // An input for dates takes no relative date.
      if (control.type === "date") control.type = "text";
      write(control, value);
    }
    if (drop.split(" ").includes(control.name)) empty(control, value);
  }
  // A number counts among the pages that are shown, and the day that relative days are counted from
  // is that of these pages.
  if (set !== "page" || controls().some(isChanged)) beginList();
  else form().elements.as_of.value = new URL(href).searchParams.get("as_of") ?? "";
}

function beginList() {
  for (const name of PAGE) form().elements[name].value = "";
}

const isChanged = (control) => !PAGE.includes(control.name) && read(control) !== readServed(control);

// Of languages each is a filter of its own.
function empty(control, value) {
  if (control.type === "radio") control.checked = !control.value;
  else if (control.type === "checkbox") control.checked &&= Boolean(value) && control.value !== value;
  else control.value = "";
}

// Whatever is chosen or typed begins at the first page. This is before htmx reads the form.
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

// What somebody has changed since is not answered yet, and the answer would put it back.
document.addEventListener("list:answer", ({ detail }) => {
  const changed = [...sent].filter(([control, state]) => read(control) !== state);
  detail.kept = new Map(changed.map(([control]) => [control, read(control)]));
});

// A morph changes attributes, which a control no longer follows once somebody has used it.
document.addEventListener("list:shown", ({ detail: { kept } }) => {
  for (const control of controls()) write(control, kept.get(control) ?? readServed(control));
});

document.addEventListener("list:end", () => sent = null);

// A day that was typed and not applied does not count while its menu is closed, and is there again
// when the menu opens. One that was applied waits for its answer.
const drafts = new Map();

document.addEventListener("toggle", ({ target, newState }) => {
  if (!target.matches(".filter")) return;
  for (const day of target.querySelectorAll(".range input:not([type=hidden])")) {
    if (newState === "closed") store(day);
    else if (drafts.has(day.name)) write(day, drafts.get(day.name));
    if (newState !== "closed") drafts.delete(day.name);
  }
}, true);

function store(day) {
  const applied = sent?.get(day) ?? readServed(day);
  if (read(day) !== applied) drafts.set(day.name, read(day));
  write(day, applied);
}

// Whoever goes back no longer wants what was asked for before, nor what was typed a moment ago: htmx
// forgets that when it processes the form anew. The same goes for a page that the browser has kept.
function reset() {
  drafts.clear();
  form().reset();
  htmx.process(form(), true);
}

window.addEventListener("popstate", ({ state }) => {
  if (state?.htmx) reset();
});

window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) reset();
});
