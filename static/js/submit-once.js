// Prevents that a double click sends a POST form twice: the second response would replace the first.

const PAUSE_MS = 5000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "true";
  setTimeout(() => delete form.dataset.sent, PAUSE_MS);
});
