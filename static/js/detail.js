// The detail page: where the list is the page before, going back keeps its scroll position and focus.

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#back");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (withoutFragment(pageBefore()) !== withoutFragment(link.href)) return;
  event.preventDefault();
  history.back();
});

// Alt with an arrow key: no key of a screen reader or a browser, and none that is typed.
document.addEventListener("keydown", (event) => {
  const name = { ArrowUp: "previous", ArrowDown: "next" }[event.key];
  if (!name || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = document.getElementById(name);
  if (!link || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  link.click();
});

// A menu closes by Escape, and by a click elsewhere.
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

// A browser that cannot say knows at least who led here, unless that was in another tab.
function pageBefore() {
  const { navigation } = window;
  if (navigation) return navigation.entries()[navigation.currentEntry.index - 1]?.url;
  return history.length > 1 ? document.referrer : null;
}
