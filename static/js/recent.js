// The customers that the member opened last, which the empty search box offers. They are in the
// session storage of the tab only, for one member and one organizer.

const MOST = 8;
const { member } = document.body.dataset;
const offered = document.getElementById("recent");
const search = () => document.getElementById("search");
const customer = document.querySelector("[data-customer]")?.dataset;
const keyOf = (organizer) => `recent/${member}/${organizer}`;

let isDismissed = false;

forgetOtherMembers();
if (customer) rememberCustomer(customer);
forgetMissing();

// A page without a member follows a sign-out: it removes the customers of all members.
function forgetOtherMembers() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("recent/") && !(member && key.startsWith(`recent/${member}/`))) sessionStorage.removeItem(key);
  }
}

function rememberCustomer({ customer: identifier, name, email }) {
  const { organizer } = offered.dataset;
  const others = customersWithout(identifier, organizer).slice(0, MOST - 1);
  writeCustomers([{ identifier, name, email }, ...others], organizer);
}

// Removes a deleted customer, or all customers of an organizer that the member may no longer see.
function forgetMissing() {
  if (!document.querySelector("[data-missing]")) return;
  const [, organizer, identifier] = location.pathname.match(/^\/organizers\/([^/]+)\/customers\/(?:([^/]+)\/)?$/) ?? [];
  if (organizer) writeCustomers(offered && identifier ? customersWithout(identifier, organizer) : [], organizer);
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
  if (target === search()) offerCustomers();
});

// Opens by keyboard, too, but not if a script moves the focus back to the box.
document.addEventListener("keyup", ({ target, key }) => {
  if (target === search() && key !== "Enter") offerCustomers();
});

document.addEventListener("input", ({ target }) => {
  if (target === search()) offerCustomers();
});

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (!target.closest(".search") || relatedTarget?.closest(".search")) return;
  isDismissed = false;
  closeOffer();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !offered || offered.hidden || !event.target.closest(".search")) return;
  event.preventDefault();
  search().focus();
  isDismissed = true;
  closeOffer();
});

window.addEventListener("pagehide", closeOffer);

function offerCustomers() {
  if (!offered) return;
  const customers = customersWithout(customer?.customer, offered.dataset.organizer);
  if (isDismissed || search().value || !customers.length) return closeOffer();
  if (!offered.hidden) return;
  offered.querySelector("ul").replaceChildren(...customers.map(makeItem));
  offered.hidden = false;
  document.getElementById("announcement").textContent = offered.dataset.announcement;
}

function closeOffer() {
  if (offered) offered.hidden = true;
}

function makeItem({ identifier, name, email }) {
  const link = document.createElement("a");
  link.href = `${offered.dataset.path}${encodeURIComponent(identifier)}/`;
  link.append(makeText("bdi", name || offered.dataset.noName), " ", makeText("bdi", email, "quiet"), " ", makeText("span", identifier, "identifier"));
  const entry = document.createElement("li");
  entry.append(link);
  return entry;
}

function makeText(element, words, style = "") {
  const node = document.createElement(element);
  node.textContent = words;
  node.className = style;
  return node;
}
