// The form "Try it" of the API reference. It shows the body of the response as text, never as HTML.

const form = document.getElementById("try");
const responseRegion = document.getElementById("response");
const noResponse = document.getElementById("no-response");
const isTry = (event) => event.detail.ctx?.sourceElement === form;
let sentAt = 0;

document.addEventListener("htmx:config:request", (event) => {
  if (!isTry(event)) return;
  const parameters = event.detail.ctx.request.body;
  for (const [name, value] of [...parameters]) if (!value) parameters.delete(name);
});

document.addEventListener("htmx:before:request", (event) => {
  if (!isTry(event)) return;
  sentAt = performance.now();
  form.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:after:request", (event) => {
  if (!isTry(event)) return;
  event.preventDefault();
  const { request, response, text } = event.detail.ctx;
  const status = `${response.status} ${response.raw.statusText}`.trim();
  const time = `${Math.round(performance.now() - sentAt)} ms`;
  showResponse({ status, time, url: request.action, text });
});

document.addEventListener("htmx:error", (event) => {
  if (isTry(event)) announceFailure();
});

document.addEventListener("htmx:finally:request", (event) => {
  if (isTry(event)) form.removeAttribute("aria-busy");
});

export function announceFailure() {
  responseRegion.hidden = true;
  noResponse.hidden = false;
}

export function showResponse({ status, time, url, text }) {
  responseRegion.querySelector("[data-status]").textContent = status;
  responseRegion.querySelector("[data-time]").textContent = time;
  const link = responseRegion.querySelector("[data-url]");
  link.textContent = url;
  link.href = url;
  responseRegion.querySelector("[data-body]").textContent = indentJson(text);
  noResponse.hidden = true;
  responseRegion.hidden = false;
  document.getElementById("announcement").textContent = `${status}, ${time}`;
}

function indentJson(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
