// The detail page: where the list is the page before, going back keeps its scroll position and focus.

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#back");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const previous = window.navigation?.entries()[window.navigation.currentEntry.index - 1];
  if (previous?.url !== link.href) return;
  event.preventDefault();
  history.back();
});
