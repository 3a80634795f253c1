// The detail page: where the list is the page before, going back keeps its scroll position and focus.

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#back");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (pageBefore() !== link.href) return;
  event.preventDefault();
  history.back();
});

// A browser that cannot say knows at least who led here, unless that was in another tab.
function pageBefore() {
  const { navigation } = window;
  if (navigation) return navigation.entries()[navigation.currentEntry.index - 1]?.url;
  return history.length > 1 ? document.referrer : null;
}
