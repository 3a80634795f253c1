// Copies a value or an example when its button is clicked.

function showButtons() {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
}

showButtons();
document.addEventListener("htmx:after:swap", showButtons);

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // The browser forbids scripts to copy. Select the text, so that the member can copy it by keyboard.
    getSelection().selectAllChildren(button.parentElement.querySelector("bdi, code"));
    return announceText(button.dataset.failed);
  }
  announceText(button.dataset.copied);
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 2000);
});

// A screen reader does not announce the same text twice, unless the region was empty in between.
function announceText(text) {
  const announcement = document.getElementById("announcement");
  announcement.textContent = "";
  requestAnimationFrame(() => announcement.textContent = text);
}
