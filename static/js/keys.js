// Shortcuts: Ctrl+K, or ⌘K, and / go to the search box, ? shows the keys. Single keys can be switched
// off, because they are pressed by accident, or by voice control.

const TYPED = "input:not([type=checkbox], [type=radio]), select, textarea";
const link = () => document.getElementById("keys-link");

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.isComposing) return;
  const isWithCtrl = event.ctrlKey || event.metaKey;
  if (isWithCtrl && !event.shiftKey && event.key.toLowerCase() === "k") goToSearch(event);
  else if (!isWithCtrl && mayBeShortcut(event.target)) pressAlone(event);
});

function mayBeShortcut(target) {
  return document.body.dataset.keys === "on" && !target.closest?.(TYPED) && !document.querySelector("dialog[open]");
}

function pressAlone(event) {
  if (event.key === "/") goToSearch(event);
  if (event.key === "?" && link()) showKeys(event);
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
  showKeys(event);
});

// The dialog shows the contents of the page of shortcuts.
async function showKeys(event) {
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
