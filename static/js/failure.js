// Shows a message with the reason after a failed request. The list does not change. The button of the
// message repeats the request.

const STATUSES = { 403: "forbidden", 404: "forbidden", 503: "busy" };
const failure = () => document.getElementById("failure");

document.addEventListener("list:failure", ({ detail }) => {
  // After Back or Forward the URL has already changed, so the whole page is loaded again.
  failure().dataset.retry = detail.isForPage ? "page" : "form";
  showFailure(reasonOf(detail));
});

function reasonOf({ request, response }) {
  if (request.signal.reason === "timeout") return "slow";
  if (!response || navigator.onLine === false) return "offline";
  return STATUSES[response.status] ?? "server";
}

// All messages are hidden first. Otherwise a screen reader would not announce the same message twice.
function showFailure(kind) {
  const messages = [...failure().querySelectorAll("[data-failure]")];
  for (const each of messages) each.hidden = true;
  failure().hidden = false;
  requestAnimationFrame(() => {
    for (const each of messages) each.hidden = each.dataset.failure !== kind;
  });
}

// The form of the member's own columns has its own message, because its menu may cover the notice.
function showInOwnLayout({ detail: { ctx } }) {
  if (ctx?.target?.id !== "own-layout") return;
  const message = document.querySelector("#own-layout [role=status]");
  message.textContent = message.dataset.failed;
}

document.addEventListener("htmx:response:error", showInOwnLayout);
document.addEventListener("htmx:error", showInOwnLayout);

document.addEventListener("list:shown", () => failure().hidden = true);

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("#failure button")) return;
  if (failure().dataset.retry === "page") location.reload();
  else document.getElementById("query").requestSubmit();
});
