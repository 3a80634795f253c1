// Ctrl+K, or ⌘K, goes to the search box. A single key would be pressed by accident, or by speech input.

document.addEventListener("keydown", (event) => {
  const isShortcut = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
  if (!isShortcut || event.altKey || event.shiftKey) return;
  const search = document.getElementById("search");
  if (search) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});
