// After a failed request the list remains, a message gives the reason, and the form can be sent again.

const STATUSES = { 403: "forbidden", 404: "forbidden", 503: "busy" };
const failure = () => document.getElementById("failure");

document.addEventListener("list:failure", ({ detail }) => {
  // Going back or forward has changed the URL already.
  failure().dataset.retry = detail.isForPage ? "page" : "form";
  showFailure(reasonOf(detail));
});

function reasonOf({ request, response }) {
  if (request.signal.reason === "timeout") return "slow";
  if (!response || navigator.onLine === false) return "offline";
  return STATUSES[response.status] ?? "server";
}

// Hidden first, so that a screen reader announces a second failure with an equal message.
function showFailure(kind) {
  const messages = [...failure().querySelectorAll("[data-failure]")];
  for (const each of messages) each.hidden = true;
  failure().hidden = false;
  requestAnimationFrame(() => {
    for (const each of messages) each.hidden = each.dataset.failure !== kind;
  });
}

document.addEventListener("list:shown", () => failure().hidden = true);

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("#failure button")) return;
  if (failure().dataset.retry === "page") location.reload();
  else document.getElementById("query").requestSubmit();
});
