// Keys of the search box: arrow keys move between the box and the rows, and Enter opens the customer
// if the list has only one.

// The action of the last key, which runs as soon as the list matches the typed text.
let pendingAction = null;

const search = () => document.getElementById("search");
const results = () => document.getElementById("results");
// If the recently opened customers are shown, the arrow keys move there; otherwise to the rows.
const links = () => [...document.querySelectorAll(isRecentShown() ? "#recent a" : "#results :is(.exact a, .customer-link)")];
const isRecentShown = () => document.getElementById("recent")?.checkVisibility();
const isPlain = (event) => !(event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey);

for (const type of ["keydown", "pointerdown", "input"]) {
  document.addEventListener(type, () => pendingAction = null, true);
}

document.addEventListener("keydown", (event) => {
  if (!isPlain(event) || event.defaultPrevented) return;
  if (event.target === search()) pressInBox(event);
  else if (links().includes(event.target)) pressInRow(event);
});

document.addEventListener("list:end", () => {
  if (!isCurrent()) return;
  pendingAction?.();
  pendingAction = null;
});

function pressInBox(event) {
  if (event.key === "ArrowDown") {
    event.preventDefault();
    if (isCurrent()) enterRows();
    else pendingAction = enterRows;
  } else if (event.key === "Enter" && results() && search().value.trim()) {
    pressEnter(event);
  }
}

function pressEnter(event) {
  if (isCurrent() && onlyLink()) {
    event.preventDefault();
    openOnly();
  } else {
    pendingAction = openOnly; // The form is submitted now; its response has the customer.
  }
}

function pressInRow(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const position = links().indexOf(event.target) + step;
  const next = position < 0 ? search() : links()[position];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

// Whether the list matches the text in the box. The attribute `value` has the text of the response.
function isCurrent() {
  if (!results() || isRecentShown()) return true;
  return results().getAttribute("aria-busy") !== "true" && search().value === search().defaultValue;
}

function enterRows() {
  links()[0]?.focus();
}

function openOnly() {
  onlyLink()?.click();
}

// The link of the only customer in the list, or null. A last page with one row has more customers
// before.
function onlyLink() {
  const isPage = document.querySelector("#pager a.step");
  return !isPage && links().length === 1 ? links()[0] : null;
}
