// Trying the API: the answer as it came, shown as text and never as part of the page.

const form = document.getElementById("try");
const answer = document.getElementById("answer");
const noAnswer = document.getElementById("no-answer");
const isTry = (event) => event.detail.ctx?.sourceElement === form;
let sent = 0;

document.addEventListener("htmx:config:request", (event) => {
  if (!isTry(event)) return;
  const asked = event.detail.ctx.request.body;
  for (const [name, value] of [...asked]) if (!value) asked.delete(name);
});

document.addEventListener("htmx:before:request", (event) => {
  if (!isTry(event)) return;
  sent = performance.now();
  form.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:after:request", (event) => {
  if (!isTry(event)) return;
  event.preventDefault();
  const { request, response, text } = event.detail.ctx;
  const status = `${response.status} ${response.raw.statusText}`.trim();
  const time = `${Math.round(performance.now() - sent)} ms`;
  show({ status, time, address: request.action, text });
  document.getElementById("announcement").textContent = `${status}, ${time}`;
});

document.addEventListener("htmx:error", (event) => {
  if (!isTry(event)) return;
  answer.hidden = true;
  noAnswer.hidden = false;
});

document.addEventListener("htmx:finally:request", (event) => {
  if (isTry(event)) form.removeAttribute("aria-busy");
});

function show({ status, time, address, text }) {
  answer.querySelector("[data-status]").textContent = status;
  answer.querySelector("[data-time]").textContent = time;
  const link = answer.querySelector("[data-address]");
  link.textContent = address;
  link.href = address;
  answer.querySelector("[data-body]").textContent = indented(text);
  noAnswer.hidden = true;
  answer.hidden = false;
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
