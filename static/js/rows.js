// A click anywhere in a row opens the customer, unless the member selected text in the row.

document.addEventListener("click", (event) => {
  const link = linkOf(event);
  if (!link || event.button) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) openInNewTab(link);
  else link.click();
});

// The middle button of the mouse opens a new tab.
document.addEventListener("auxclick", (event) => {
  const link = linkOf(event);
  if (link && event.button === 1) openInNewTab(link);
});

function linkOf({ target }) {
  const row = target.closest?.("tbody tr");
  const hasSelection = !getSelection().isCollapsed && getSelection().containsNode(row ?? document, true);
  return row && !hasSelection && !target.closest("a, button, input, label") ? row.querySelector(".customer-link") : null;
}

function openInNewTab(link) {
  window.open(link.href, "_blank", "noopener");
}
