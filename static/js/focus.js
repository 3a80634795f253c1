// Moves the focus when a swap replaces the element that had it.

const caption = () => document.getElementById("caption");
const search = () => document.getElementById("search");
const notice = () => document.getElementById("filter-notice");
// The focus remains if the member has typed or moved it meanwhile.
const isToRead = (notice) => notice && document.activeElement !== search() && !document.querySelector(":popover-open");

document.addEventListener("list:response", ({ detail }) => {
  detail.focused = document.activeElement;
  detail.filter = detail.focused.closest(".filter:popover-open");
});

document.addEventListener("list:shown", ({ detail: { focused, filter, isForPage } }) => {
  if (isForPage) showPage();
  else if (isToRead(notice())) notice().focus();
  else placeFocus(focused, filter);
});

// htmx restores the focus to an element with an equal id. Other cases are handled here.
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

// Going back or forward replaces the whole page, with the live region.
function showPage() {
  const shown = caption() ?? document.getElementById("count");
  document.getElementById("announcement").textContent = shown?.textContent ?? "";
  document.getElementById("results")?.focus({ preventScroll: true });
}

// After coming back from a customer, the row of the customer gets the focus.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".customer-link");
  if (link) history.replaceState({ ...history.state, opened: link.id }, "");
});

window.addEventListener("pageshow", () => {
  const opened = history.state?.opened;
  if (opened) document.getElementById(opened)?.focus({ preventScroll: true });
});
