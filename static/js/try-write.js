// The form of the API reference that changes customers. A dialog shows each request before it is sent.
import { announceFailure, showResponse } from "./reference.js";

const form = document.getElementById("try-write");
const dialog = document.getElementById("try-question");

if (form) {
  form.hidden = false;
  form.addEventListener("input", prepare);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    confirmRequest(readRequest()).catch(announceFailure);
  });
  prepare();
}

function selectedOperation() {
  return form.elements.operation.value.split(" ");
}

function prepare() {
  const { identifier, body } = form.elements;
  const [, path = ""] = selectedOperation();
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
  const [method, path = ""] = selectedOperation();
  const { identifier, body } = form.elements;
  const customer = path ? `${form.dataset.path}${encodeURIComponent(identifier.value.trim())}/` : "";
  const url = path ? path.replace("{identifier}/", customer) : form.dataset.path;
  const text = body.disabled ? "" : JSON.stringify(JSON.parse(body.value), null, 2);
  return { method, url, customer, text, erases: path.includes("anonymize") };
}

// Reads the customer, to show its name in the dialog. If this fails, the page shows the response, and
// nothing is changed.
async function confirmRequest(request) {
  if (!request.customer) return openDialog(request, null);
  const { response, text } = await sendRequest(request.customer, {});
  // The ETag rejects the request if the customer changes before "Send".
  if (response.ok) openDialog({ ...request, version: response.headers.get("ETag") }, JSON.parse(text));
}

function openDialog(request, customer) {
  const find = (name) => dialog.querySelector(`[data-${name}]`);
  find("customer").hidden = !customer;
  find("new").hidden = Boolean(customer);
  find("erases").hidden = !request.erases;
  if (customer) find("customer").querySelector("bdi").textContent = describe(customer);
  dialog.querySelector("code").textContent = `${request.method} ${request.url}\n\n${request.text}`.trim();
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue === "send") send(request).catch(announceFailure);
  };
  dialog.showModal();
}

function describe({ name, email, identifier }) {
  return [name, email, identifier].filter(Boolean).join(" · ");
}

async function send({ method, url, text, version }) {
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "Content-Type": "application/json" };
  if (version) headers["If-Match"] = version;
  await sendRequest(url, { method, headers, body: text || undefined });
}

async function sendRequest(url, { headers = {}, ...options }) {
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
