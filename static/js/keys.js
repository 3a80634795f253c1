// Keyboard shortcuts: Ctrl+K, ⌘K and / move the focus to the search box, and ? shows all shortcuts.
// Members can turn off shortcuts of a single key, because voice control may press a key by accident.

const TEXT_FIELDS = "input:not([type=checkbox], [type=radio]), select, textarea";
const link = () => document.getElementById("keys-link");

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.isComposing) return;
  const isWithCtrl = event.ctrlKey || event.metaKey;
  if (isWithCtrl && !event.shiftKey && event.key.toLowerCase() === "k") goToSearch(event);
  else if (!isWithCtrl && isShortcut(event.target)) pressSingleKey(event);
});

function isShortcut(target) {
  return document.body.dataset.keys === "on" && !target.closest?.(TEXT_FIELDS) && !document.querySelector("dialog[open]");
}

function pressSingleKey(event) {
  if (event.key === "/") goToSearch(event);
  if (event.key === "?" && link()) showShortcuts(event);
}

function goToSearch(event) {
  const search = document.getElementById("search");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
}

document.addEventListener("click", (event) => {
  if (event.target !== link() || event.ctrlKey || event.metaKey || event.shiftKey) return;
  showShortcuts(event);
});

// The dialog shows the content of the page "Keyboard shortcuts".
async function showShortcuts(event) {
  event.preventDefault();
  const dialog = document.getElementById("keys");
  try {
    const page = new DOMParser().parseFromString(await (await fetch(link().href)).text(), "text/html");
    dialog.querySelector("div").replaceChildren(page.getElementById("keys-list"));
  } catch {
    return location.assign(link().href);
  }
  document.querySelector("#account:popover-open")?.hidePopover();
  if (!dialog.open) dialog.showModal();
}
