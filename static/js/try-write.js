// The form that tries requests which change customers: it sends only what a question has shown.
import { announceFailure, showResponse } from "./reference.js";

const form = document.getElementById("try-write");
const question = document.getElementById("try-question");

if (form) {
  form.hidden = false;
  form.addEventListener("input", prepare);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    review(readRequest()).catch(announceFailure);
  });
  prepare();
}

function chosen() {
  return form.elements.operation.value.split(" ");
}

function prepare() {
  const { identifier, body } = form.elements;
  const [, path = ""] = chosen();
  identifier.disabled = !path;
  body.disabled = path.includes("anonymize");
  body.setCustomValidity(body.disabled || isJson(body.value) ? "" : form.dataset.invalid);
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function readRequest() {
  const [method, path = ""] = chosen();
  const { identifier, body } = form.elements;
  const customer = path ? `${form.dataset.path}${encodeURIComponent(identifier.value.trim())}/` : "";
  const url = path ? path.replace("{identifier}/", customer) : form.dataset.path;
  const text = body.disabled ? "" : JSON.stringify(JSON.parse(body.value), null, 2);
  return { method, url, customer, text, erases: path.includes("anonymize") };
}

// A customer that cannot be read is not changed: the response says why.
async function review(request) {
  if (!request.customer) return ask(request, null);
  const { response, text } = await exchange(request.customer, {});
  // If the customer changes before "Send", it is not the one that the question showed.
  if (response.ok) ask({ ...request, version: response.headers.get("ETag") }, JSON.parse(text));
}

function ask(request, customer) {
  const of = (name) => question.querySelector(`[data-${name}]`);
  of("customer").hidden = !customer;
  of("new").hidden = Boolean(customer);
  of("erases").hidden = !request.erases;
  if (customer) of("customer").querySelector("bdi").textContent = describe(customer);
  question.querySelector("code").textContent = `${request.method} ${request.url}\n\n${request.text}`.trim();
  question.returnValue = "";
  question.onclose = () => {
    if (question.returnValue === "send") send(request).catch(announceFailure);
  };
  question.showModal();
}

function describe({ name, email, identifier }) {
  return [name, email, identifier].filter(Boolean).join(" · ");
}

async function send({ method, url, text, version }) {
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "Content-Type": "application/json" };
  if (version) headers["If-Match"] = version;
  await exchange(url, { method, headers, body: text || undefined });
}

async function exchange(url, { headers = {}, ...options }) {
  const sentAt = performance.now();
  const response = await fetch(url, { ...options, headers: { Accept: "application/json", ...headers } });
  const text = await response.text();
  const isWrite = Boolean(options.method);
  if (isWrite || !response.ok) {
    const status = `${response.status} ${response.statusText}`.trim();
    showResponse({ status, time: `${Math.round(performance.now() - sentAt)} ms`, url, text });
  }
  return { response, text };
}
