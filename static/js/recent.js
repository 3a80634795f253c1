// A click into the empty search box shows the customers that the member opened last. The session
// storage of the tab has these customers by member and organizer.

const MAX_CUSTOMERS = 8;
const { member } = document.body.dataset;
const menu = document.getElementById("recent");
const search = () => document.getElementById("search");
const customer = document.querySelector("[data-customer]")?.dataset;
const keyOf = (organizer) => `recent/${member}/${organizer}`;

let isDismissed = false;

forgetOtherMembers();
if (customer) rememberCustomer(customer);
forgetMissing();

// After a sign-out, the page has no member: the customers of all members are removed.
function forgetOtherMembers() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("recent/") && !(member && key.startsWith(`recent/${member}/`))) sessionStorage.removeItem(key);
  }
}

function rememberCustomer({ customer: identifier, name, email }) {
  const { organizer } = menu.dataset;
  const others = customersWithout(identifier, organizer).slice(0, MAX_CUSTOMERS - 1);
  writeCustomers([{ identifier, name, email }, ...others], organizer);
}

// After a 404 or 403, removes the customer of the URL, or all customers if the member has lost access
// to the organizer.
function forgetMissing() {
  if (!document.querySelector("[data-missing]")) return;
  const [, organizer, identifier] = location.pathname.match(/^\/organizers\/([^/]+)\/customers\/(?:([^/]+)\/)?$/) ?? [];
  if (organizer) writeCustomers(menu && identifier ? customersWithout(identifier, organizer) : [], organizer);
}

function readCustomers(organizer) {
  return JSON.parse(sessionStorage.getItem(keyOf(organizer)) ?? "[]");
}

function writeCustomers(customers, organizer) {
  if (customers.length) sessionStorage.setItem(keyOf(organizer), JSON.stringify(customers));
  else sessionStorage.removeItem(keyOf(organizer));
}

function customersWithout(identifier, organizer) {
  return readCustomers(organizer).filter((each) => each.identifier !== identifier);
}

document.addEventListener("click", ({ target }) => {
  if (target === search()) openMenu();
});

// The list also opens by keyboard. The script listens to keyup instead of focus, because a script may move the
// focus to the search box.
document.addEventListener("keyup", ({ target, key }) => {
  if (target === search() && key !== "Enter") openMenu();
});

document.addEventListener("input", ({ target }) => {
  if (target === search()) openMenu();
});

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (!target.closest(".search") || relatedTarget?.closest(".search")) return;
  isDismissed = false;
  closeMenu();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu || menu.hidden || !event.target.closest(".search")) return;
  event.preventDefault();
  search().focus();
  isDismissed = true;
  closeMenu();
});

window.addEventListener("pagehide", closeMenu);

function openMenu() {
  if (!menu) return;
  const customers = customersWithout(customer?.customer, menu.dataset.organizer);
  if (isDismissed || search().value || !customers.length) return closeMenu();
  if (!menu.hidden) return;
  menu.querySelector("ul").replaceChildren(...customers.map(makeItem));
  menu.hidden = false;
  document.getElementById("announcement").textContent = menu.dataset.announcement;
}

function closeMenu() {
  if (menu) menu.hidden = true;
}

function makeItem({ identifier, name, email }) {
  const link = document.createElement("a");
  link.href = `${menu.dataset.path}${encodeURIComponent(identifier)}/`;
  link.append(makeText("bdi", name || menu.dataset.noName), " ", makeText("bdi", email, "quiet"), " ", makeText("span", identifier, "identifier"));
  const entry = document.createElement("li");
  entry.append(link);
  return entry;
}

function makeText(element, text, style = "") {
  const node = document.createElement(element);
  node.textContent = text;
  node.className = style;
  return node;
}
