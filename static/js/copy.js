// Copying a value or an example with one click.

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // Somebody has forbidden it. What is selected can be copied by keyboard.
    getSelection().selectAllChildren(button.parentElement.querySelector("bdi, code"));
    return say(button.dataset.failed);
  }
  say(button.dataset.copied);
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 2000);
});

// Said again, the same words are news only if there were none between.
function say(words) {
  const announcement = document.getElementById("announcement");
  announcement.textContent = "";
  requestAnimationFrame(() => announcement.textContent = words);
}
