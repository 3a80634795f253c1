// Swaps of the list. The list is busy during a request, and only the latest response is shown.
// The other scripts get events of the latest request only, with its htmx context as `detail`.

let latest = null;

const results = () => document.getElementById("results");
// On a phone the headings are a strip that scrolls sideways.
const strip = () => document.querySelector(".table thead tr");
// Going back or forward requests the whole page, after the address has changed.
const isForPage = ({ request }) => Boolean(request.headers["HX-History-Restore-Request"]);
const isForList = (ctx) => ctx.target?.id === "results" || isForPage(ctx);
// The response to invalid filters (422) is a list with an explanation, not a failure.
const isList = ({ response }) => response.status < 400 || response.status === 422;
const notify = (what, detail) => document.dispatchEvent(new CustomEvent(`list:${what}`, { detail }));

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (!isForList(ctx)) return;
  latest = ctx;
  ctx.isForPage = isForPage(ctx);
  results().setAttribute("aria-busy", "true");
  notify("request", ctx);
});

// After going back, the response to an earlier request is ignored: the address has changed.
window.addEventListener("popstate", ({ state }) => {
  if (state?.htmx) latest = null;
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (!isForList(ctx)) return;
  if (ctx !== latest) return event.preventDefault();
  ctx.scrolled = strip()?.scrollLeft ?? 0;
  notify("response", ctx);
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  // A swap without content ends like any other.
  if (ctx !== latest || !isList(ctx)) return;
  if (strip()) strip().scrollLeft = ctx.scrolled;
  notify("shown", ctx);
});

// On a phone the tabs of views are a strip, too: the current one is in view.
document.addEventListener("htmx:after:swap", ({ detail: { ctx: { target } } }) => {
  const tab = target?.id === "views" && target.querySelector("[aria-current]");
  if (tab) target.scrollLeft = tab.offsetLeft + tab.offsetWidth - target.clientWidth;
});

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx === latest && !isList(ctx)) notify("failure", ctx);
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx && ctx === latest) notify("failure", ctx);
});

// A newer request aborts an older one, which may end after the newer one has begun.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx !== latest) return;
  results()?.setAttribute("aria-busy", "false");
  notify("end", ctx);
});
