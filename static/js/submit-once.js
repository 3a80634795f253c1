// A form that changes something is sent once: the response to a second click would replace the first.

const PAUSE = 5000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "true";
  setTimeout(() => delete form.dataset.sent, PAUSE);
});
