// A request that failed: the list stays, it is said why, and the form still has what to try again.

const STATUSES = { 403: "forbidden", 404: "forbidden", 503: "busy" };
const failure = () => document.getElementById("failure");

document.addEventListener("list:failure", ({ detail }) => {
  // Going back or forward has changed the address already.
  failure().dataset.retry = detail.isForPage ? "page" : "form";
  say(reason(detail));
});

function reason({ request, response }) {
  if (request.signal.reason === "timeout") return "slow";
  if (!response || navigator.onLine === false) return "offline";
  return STATUSES[response.status] ?? "server";
}

// What is said already is said again: a second failure is news.
function say(words) {
  const known = [...failure().querySelectorAll("[data-failure]")];
  for (const each of known) each.hidden = true;
  failure().hidden = false;
  requestAnimationFrame(() => {
    for (const each of known) each.hidden = each.dataset.failure !== words;
  });
}

document.addEventListener("list:shown", () => failure().hidden = true);

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("#failure button")) return;
  if (failure().dataset.retry === "page") location.reload();
  else document.getElementById("query").requestSubmit();
});
