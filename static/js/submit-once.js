// Sends a form that changes something only once, because a second response would replace the first.

const PAUSE = 5000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "true";
  setTimeout(() => delete form.dataset.sent, PAUSE);
});
