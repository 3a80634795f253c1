// The page of a customer. If the list was the page before, a link to the list goes back in the
// history instead, which restores its scroll position and focus.

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#back");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (withoutFragment(pageBefore()) !== withoutFragment(link.href)) return;
  event.preventDefault();
  history.back();
});

// Alt with an arrow key is free: screen readers and browsers do not use it, and it types nothing.
document.addEventListener("keydown", (event) => {
  const name = { ArrowUp: "previous", ArrowDown: "next" }[event.key];
  if (!name || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = document.getElementById(name);
  if (!link || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  link.click();
});

// The last page of the history has no link to older changes, which had the focus before the swap.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.target?.id !== "history" || document.activeElement !== document.body) return;
  document.getElementById("history-newest")?.focus({ preventScroll: true });
});

// Escape, or a click elsewhere, closes a menu.
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

// Browsers without the Navigation API only have the referrer, which may be a page of another tab.
function pageBefore() {
  const { navigation } = window;
  if (navigation) return navigation.entries()[navigation.currentEntry.index - 1]?.url;
  return history.length > 1 ? document.referrer : null;
}
