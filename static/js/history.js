// The browser's history: typing makes one entry, and going back has a time limit.

// Whether the request was caused by further letters, which replace the entry of the first letter.
document.addEventListener("list:response", ({ detail: { sourceEvent, response } }) => {
  response.isTyped = sourceEvent.type === "input";
});

document.addEventListener("htmx:before:history:update", ({ detail }) => {
  if (detail.response.isTyped && history.state?.isTyped) detail.history.type = "replace";
});

document.addEventListener("htmx:after:history:update", ({ detail }) => {
  if (detail.response.isTyped) history.replaceState({ ...history.state, isTyped: true }, "");
});

// htmx has a time limit for all other requests.
document.addEventListener("list:request", ({ detail: { isForPage, request } }) => {
  if (!isForPage) return;
  const limit = new AbortController();
  request.signal = AbortSignal.any([request.signal, limit.signal]);
  request.abort = (reason) => limit.abort(reason);
});
