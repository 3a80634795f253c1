// The page of a customer. The link "Back" goes back in the browser's history if the previous page was
// the list. The browser then restores the scroll position and the focus of the list.

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#back");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (withoutFragment(previousUrl()) !== withoutFragment(link.href)) return;
  event.preventDefault();
  history.back();
});

// Alt with an arrow key opens the next or previous customer. Browsers and screen readers do not use
// these keys.
document.addEventListener("keydown", (event) => {
  const name = { ArrowUp: "previous", ArrowDown: "next" }[event.key];
  if (!name || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = document.getElementById(name);
  if (!link || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  link.click();
});

// The oldest page of changes has no link "Older". If this link had the focus, "Newest" gets the focus.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.target?.id !== "history" || document.activeElement !== document.body) return;
  document.getElementById("history-newest")?.focus({ preventScroll: true });
});

// Escape or a click outside the menu closes the menu.
document.addEventListener("keydown", ({ key }) => {
  const menu = key === "Escape" && document.querySelector(".more[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("click", ({ target }) => {
  const menu = document.querySelector(".more[open]");
  if (menu && !menu.contains(target)) menu.open = false;
});

function withoutFragment(url) {
  return url?.replace(/#.*/, "");
}

// The URL of the previous page. Without the Navigation API this is the referrer, which may be a page
// of another tab.
function previousUrl() {
  const { navigation } = window;
  if (navigation) return navigation.entries()[navigation.currentEntry.index - 1]?.url;
  return history.length > 1 ? document.referrer : null;
}
