// The history of the browser: typing is one entry of it, and going back has a limit of time.

// Typing on changes the entry that typing has begun. What follows knows of the response only.
document.addEventListener("list:answer", ({ detail: { sourceEvent, response } }) => {
  response.isTyped = sourceEvent.type === "input";
});

document.addEventListener("htmx:before:history:update", ({ detail }) => {
  if (detail.response.isTyped && history.state?.isTyped) detail.history.type = "replace";
});

document.addEventListener("htmx:after:history:update", ({ detail }) => {
  if (detail.response.isTyped) history.replaceState({ ...history.state, isTyped: true }, "");
});

// htmx gives other requests a limit, and aborts them with it.
document.addEventListener("list:request", ({ detail: { isForPage, request } }) => {
  if (!isForPage) return;
  const limit = new AbortController();
  request.signal = AbortSignal.any([request.signal, limit.signal]);
  request.abort = (reason) => limit.abort(reason);
});
