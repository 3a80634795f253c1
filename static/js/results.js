// Requests of the list. Only the response to the latest request is shown. For this request, the script
// sends the events list:request, list:response, list:shown, list:failure and list:end to the other
// scripts. The `detail` of an event is the context of htmx.

let latest = null;

const results = () => document.getElementById("results");
// On a phone, the row of headings scrolls sideways.
const headings = () => document.querySelector(".table thead tr");
// After Back or Forward, htmx requests the whole page.
const isForPage = ({ request }) => Boolean(request.headers["HX-History-Restore-Request"]);
const isForList = (ctx) => ctx.target?.id === "results" || isForPage(ctx);
// A 422 is a list with an explanation of the invalid filter, not a failure.
const isList = ({ response }) => response.status < 400 || response.status === 422;
const notify = (name, detail) => document.dispatchEvent(new CustomEvent(`list:${name}`, { detail }));

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (!isForList(ctx)) return;
  latest = ctx;
  ctx.isForPage = isForPage(ctx);
  results().setAttribute("aria-busy", "true");
  notify("request", ctx);
});

// After Back or Forward the URL has changed, so the response to an earlier request is ignored.
window.addEventListener("popstate", ({ state }) => {
  if (state?.htmx) latest = null;
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (!isForList(ctx)) return;
  if (ctx !== latest) return event.preventDefault();
  ctx.scrolled = headings()?.scrollLeft ?? 0;
  notify("response", ctx);
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  // A response without content does not change the list.
  if (ctx !== latest || !isList(ctx)) return;
  if (headings()) headings().scrollLeft = ctx.scrolled;
  notify("shown", ctx);
});

// On a phone, the row of tabs scrolls sideways. This scrolls the current tab into view.
document.addEventListener("htmx:after:swap", ({ detail: { ctx: { target } } }) => {
  const tab = target?.id === "views" && target.querySelector("[aria-current]");
  if (tab) target.scrollLeft = Math.min(tab.offsetLeft, tab.offsetLeft + tab.offsetWidth - target.clientWidth + target.lastElementChild.offsetWidth);
});

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx === latest && !isList(ctx)) notify("failure", ctx);
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx && ctx === latest) notify("failure", ctx);
});

// A new request aborts the previous request, whose end may come after the start of the new request.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx !== latest) return;
  results()?.setAttribute("aria-busy", "false");
  notify("end", ctx);
});
