// Keys of the search box: arrows move into the list below and back, Enter opens the only customer found.

// The action of the last key in the box, which waits for the list of the typed text.
let waiting = null;

const search = () => document.getElementById("search");
const results = () => document.getElementById("results");
// The arrow leads to the customers that the empty box offers, and only then to the rows.
const links = () => [...document.querySelectorAll(isOffering() ? "#recent a" : "#results :is(.exact a, .customer-link)")];
const isOffering = () => document.getElementById("recent")?.checkVisibility();
const isPlain = (event) => !(event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey);

for (const type of ["keydown", "pointerdown", "input"]) {
  document.addEventListener(type, () => waiting = null, true);
}

document.addEventListener("keydown", (event) => {
  if (!isPlain(event) || event.defaultPrevented) return;
  if (event.target === search()) pressInBox(event);
  else if (links().includes(event.target)) pressInRow(event);
});

document.addEventListener("list:end", () => {
  if (!isCurrent()) return;
  waiting?.();
  waiting = null;
});

function pressInBox(event) {
  if (event.key === "ArrowDown") {
    event.preventDefault();
    if (isCurrent()) enterRows();
    else waiting = enterRows;
  } else if (event.key === "Enter" && results() && search().value.trim()) {
    pressEnter(event);
  }
}

function pressEnter(event) {
  if (isCurrent() && onlyLink()) {
    event.preventDefault();
    openOnly();
  } else {
    waiting = openOnly; // when the form, which is submitted now, is answered
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

// Whether the list matches the text in the box. The attribute has the text that the server used.
function isCurrent() {
  if (!results() || isOffering()) return true;
  return results().getAttribute("aria-busy") !== "true" && search().value === search().defaultValue;
}

function enterRows() {
  links()[0]?.focus();
}

function openOnly() {
  onlyLink()?.click();
}

// The only customer in the list. A single row on a last page does not count.
function onlyLink() {
  const isPage = document.querySelector("#pager a.step");
  return !isPage && links().length === 1 ? links()[0] : null;
}
