// "/" goes to the search box, unless one is writing somewhere.

document.addEventListener("keydown", (event) => {
  const isWriting = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  if (event.key !== "/" || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector('[data-shortcut="/"]');
  if (search) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});
