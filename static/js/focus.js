// Where the focus goes when what had it is replaced.

const caption = () => document.getElementById("caption");
const search = () => document.getElementById("search");
const notice = () => document.getElementById("filter-notice");
// Somebody who types or chooses on is not interrupted.
const isToRead = (notice) => notice && document.activeElement !== search() && !document.querySelector(":popover-open");

document.addEventListener("list:answer", ({ detail }) => {
  detail.focused = document.activeElement;
  detail.filter = detail.focused.closest(".filter:popover-open");
});

document.addEventListener("list:shown", ({ detail: { focused, filter, isForPage } }) => {
  if (isForPage) showPage();
  else if (isToRead(notice())) notice().focus();
  else placeFocus(focused, filter);
});

// htmx gives the focus back to an element with the same id; the rest is decided here.
function placeFocus(focused, filter) {
  if (focused.matches("#failure button, .pager a, .jump *")) {
    (caption() ?? search()).focus();
    window.scrollTo({ top: 0 });
  } else if (document.activeElement === document.body) {
    const chip = focused.closest(".chips") && document.querySelector(".chip");
    const input = filter?.isConnected && filter.querySelector(".range input");
    (chip ?? (input || search())).focus({ preventScroll: true });
  }
}

// Gone back or forward, the whole page is new, and so is the region that says what it shows.
function showPage() {
  const shown = caption() ?? document.getElementById("count");
  document.getElementById("announcement").textContent = shown?.textContent ?? "";
  document.getElementById("results")?.focus({ preventScroll: true });
}

// Coming back from a customer, the row that was opened has the focus again.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".customer-link");
  if (link) history.replaceState({ ...history.state, opened: link.id }, "");
});

window.addEventListener("pageshow", () => {
  const opened = history.state?.opened;
  if (opened) document.getElementById(opened)?.focus({ preventScroll: true });
});
