// The browser's history: a typed search makes one entry, and the request after Back or Forward has a
// time limit.

// The first letter of a search adds an entry to the history; further letters replace this entry.
document.addEventListener("list:response", ({ detail: { sourceEvent, response } }) => {
  response.isTyped = sourceEvent.type === "input";
});

document.addEventListener("htmx:before:history:update", ({ detail }) => {
  if (detail.response.isTyped && history.state?.isTyped) detail.history.type = "replace";
});

document.addEventListener("htmx:after:history:update", ({ detail }) => {
  if (detail.response.isTyped) history.replaceState({ ...history.state, isTyped: true }, "");
});

// htmx has a time limit for all requests except those of Back and Forward.
document.addEventListener("list:request", ({ detail: { isForPage, request } }) => {
  if (!isForPage) return;
  const limit = new AbortController();
  request.signal = AbortSignal.any([request.signal, limit.signal]);
  request.abort = (reason) => limit.abort(reason);
});
