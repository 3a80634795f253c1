// Moves the focus when htmx has replaced the focused element.

const caption = () => document.getElementById("caption");
const search = () => document.getElementById("search");
const notice = () => document.getElementById("filter-notice");
// An error notice does not get the focus while the member types a search or has a menu open.
const needsFocus = (notice) => notice && document.activeElement !== search() && !document.querySelector(":popover-open");

document.addEventListener("list:response", ({ detail }) => {
  detail.focused = document.activeElement;
  detail.filter = detail.focused.closest(".filter:popover-open");
});

document.addEventListener("list:shown", ({ detail: { focused, filter, isForPage } }) => {
  if (isForPage) showPage();
  else if (needsFocus(notice())) notice().focus();
  else placeFocus(focused, filter);
});

// htmx keeps the focus if the new list has an element with the same id. This function covers other
// elements: links of the pager, chips, and dates of a filter.
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

// After Back or Forward htmx replaces the whole page. A screen reader announces the new list.
function showPage() {
  const shown = caption() ?? document.getElementById("count");
  document.getElementById("announcement").textContent = shown?.textContent ?? "";
  document.getElementById("results")?.focus({ preventScroll: true });
}

// When the member returns from a customer's page, the row of the customer gets the focus.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".customer-link");
  if (link) history.replaceState({ ...history.state, opened: link.id }, "");
});

window.addEventListener("pageshow", () => {
  const opened = history.state?.opened;
  if (opened) document.getElementById(opened)?.focus({ preventScroll: true });
});
