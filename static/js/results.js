// The list while it is being replaced: busy, failed, and where the focus goes.

const FAILURES = { timeout: "slow", 403: "forbidden", 404: "forbidden", 503: "busy" };
let asked = null;
let acted = null;
let left = null;

// A mistake in the filters (422) is a list with an explanation, not a failure.
const isAnswer = ({ response }) => response.status < 400 || response.status === 422;
const results = () => document.getElementById("results");
const isForResults = (ctx) => ctx?.target?.id === "results";
// Going back or forward asks for the whole page, and the address has changed by then.
const isForPage = (ctx) => Boolean(ctx?.request.headers["HX-History-Restore-Request"]);

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (!isForResults(ctx) && !isForPage(ctx)) return;
  asked = ctx;
  acted = ctx.sourceElement;
  results().setAttribute("aria-busy", "true");
});

// Whoever goes back no longer wants what was asked for before, and the address is another by now.
window.addEventListener("popstate", ({ state }) => {
  if (state?.htmx) left = asked;
});

document.addEventListener("htmx:before:swap", (event) => {
  if (event.detail.ctx === left) event.preventDefault();
});

// A newer request may be under way already when an older one, aborted by it, ends.
document.addEventListener("htmx:finally:request", (event) => {
  if (event.detail.ctx === asked) results()?.setAttribute("aria-busy", "false");
});

document.addEventListener("htmx:after:swap", (event) => {
  // A swap that puts nothing in ends like any other.
  if (event.detail.ctx !== asked || isForPage(asked) || !isAnswer(asked)) return;
  showWhatIsAsked();
  placeFocus(event.detail.ctx);
  document.getElementById("failure").hidden = true;
});

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  if (ctx === asked && !isAnswer(ctx)) showFailure(FAILURES[ctx.response.status] ?? "server");
});

document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (!ctx || ctx !== asked) return;
  const isSlow = ctx.request.signal.reason === "timeout";
  showFailure(isSlow ? "slow" : navigator.onLine === false || !ctx.response ? "offline" : "server");
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-retry]")) return;
  if (isForPage(asked)) location.reload();
  else if (acted?.isConnected && acted.matches("a")) acted.click();
  else document.getElementById("query").requestSubmit();
});

function showFailure(kind) {
  const failure = document.getElementById("failure");
  for (const words of failure.querySelectorAll("[data-failure]")) {
    words.hidden = words.dataset.failure !== kind;
  }
  failure.hidden = false;
}

// What was clicked or typed no longer follows its attribute, which is all that a morph changes.
// The search box is left alone by whoever is in it, and where it is what was asked for.
function showWhatIsAsked() {
  for (const box of document.querySelectorAll("#query :is([type=radio], [type=checkbox])")) {
    box.checked = box.defaultChecked;
  }
  const search = document.getElementById("search");
  const isCurrent = search === document.activeElement || acted === search || acted?.id === "query";
  if (!isCurrent) search.value = search.defaultValue;
}

// htmx gives the focus back to an element with the same id; the rest is decided here.
function placeFocus({ request, swap }) {
  const isRetried = document.activeElement?.matches("[data-retry]");
  if (isRetried || acted?.closest?.(".pager") || /^(page|size)-/.test(acted?.id ?? "")) {
    document.getElementById("caption")?.focus();
    window.scrollTo({ top: 0 });
  } else if (document.activeElement === document.body) {
    const next = acted?.id?.startsWith("chip-") ? document.getElementById(acted.id) ?? document.querySelector(".chip") : null;
    (next ?? document.getElementById("search")).focus({ preventScroll: true });
  }
}

// Coming back from a customer, the row that was opened has the focus again.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".customer-link");
  if (link) history.replaceState({ ...history.state, opened: link.id }, "");
});

window.addEventListener("pageshow", () => {
  const opened = history.state?.opened;
  if (opened) document.getElementById(opened)?.focus({ preventScroll: true });
});
