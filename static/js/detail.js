// The detail page: copying a value, and going back to the very place in the list.

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  document.getElementById("announcement").textContent = button.dataset.copied;
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1500);
});

// Where the list is the page before, going back keeps its scroll position and focus.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#back");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const previous = window.navigation?.entries()[window.navigation.currentEntry.index - 1];
  if (previous?.url !== link.href) return;
  event.preventDefault();
  history.back();
});
