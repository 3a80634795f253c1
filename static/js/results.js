// The list while it is replaced: it is busy, and only the answer to the latest request is shown. The
// other scripts are told of that alone, with what htmx keeps of the request.

let latest = null;

const results = () => document.getElementById("results");
// On a phone the headings are a strip that scrolls.
const strip = () => document.querySelector(".table thead tr");
// Going back or forward asks for the whole page, and the address has changed by then.
const isForPage = ({ request }) => Boolean(request.headers["HX-History-Restore-Request"]);
const isForList = (ctx) => ctx.target?.id === "results" || isForPage(ctx);
// A mistake in the filters (422) is a list with an explanation, not a failure.
const isAnswer = ({ response }) => response.status < 400 || response.status === 422;
const tell = (what, detail) => document.dispatchEvent(new CustomEvent(`list:${what}`, { detail }));

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (!isForList(ctx)) return;
  latest = ctx;
  ctx.isForPage = isForPage(ctx);
  results().setAttribute("aria-busy", "true");
  tell("request", ctx);
});

// Whoever goes back no longer wants what was asked for before, and the address is another by now.
window.addEventListener("popstate", ({ state }) => {
  if (state?.htmx) latest = null;
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (!isForList(ctx)) return;
  if (ctx !== latest) return event.preventDefault();
  ctx.scrolled = strip()?.scrollLeft ?? 0;
  tell("answer", ctx);
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  // A swap that puts nothing in ends like any other.
  if (ctx !== latest || !isAnswer(ctx)) return;
  if (strip()) strip().scrollLeft = ctx.scrolled;
  tell("shown", ctx);
});

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx === latest && !isAnswer(ctx)) tell("failure", ctx);
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx && ctx === latest) tell("failure", ctx);
});

// A newer request may be under way already when an older one, aborted by it, ends.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx !== latest) return;
  results()?.setAttribute("aria-busy", "false");
  tell("end", ctx);
});
