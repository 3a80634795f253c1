// The list while it is being replaced: busy, failed, and where the focus goes.

const FAILURES = { timeout: "slow", 403: "forbidden", 404: "forbidden", 503: "busy" };
let asked = null;
let acted = null;
// The address that was asked for and is not answered yet, and what the form said of its own.
let pending = null;
let filled = null;
let isTyping = false;
let waiting = null;
let scrolled = 0;

// A mistake in the filters (422) is a list with an explanation, not a failure.
const isAnswer = ({ response }) => response.status < 400 || response.status === 422;
const results = () => document.getElementById("results");
const caption = () => document.getElementById("caption");
// On a phone the headings are a strip that scrolls.
const strip = () => document.querySelector(".table thead tr");
const isForResults = (ctx) => ctx?.target?.id === "results";
// Going back or forward asks for the whole page, and the address has changed by then.
const isForPage = (ctx) => Boolean(ctx?.request.headers["HX-History-Restore-Request"]);

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (!isForResults(ctx) && !isForPage(ctx)) return;
  if (isForResults(ctx)) joinWhatIsPending(ctx);
  else pending = filled = null;
  isTyping = false;
  asked = ctx;
  acted = ctx.sourceElement;
  clearTimeout(waiting);
  // htmx has no limit of time for going back.
  if (isForPage(ctx)) waiting = setTimeout(showFailure, htmx.config.defaultTimeout, "slow");
  if (acted.id === "search" && history.state?.isTyped) ctx.request.headers["Portal-Typing-On"] = "true";
  results().setAttribute("aria-busy", "true");
});

// Whoever goes back no longer wants what was asked for before, and the address is another by now.
window.addEventListener("popstate", ({ state }) => {
  if (state?.htmx) asked = null;
});

// Only what was asked for last is shown.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if ((isForResults(ctx) || isForPage(ctx)) && ctx !== asked) event.preventDefault();
  scrolled = strip()?.scrollLeft ?? 0;
});

// A newer request may be under way already when an older one, aborted by it, ends.
document.addEventListener("htmx:finally:request", (event) => {
  if (event.detail.ctx !== asked) return;
  pending = filled = null;
  clearTimeout(waiting);
  results()?.setAttribute("aria-busy", "false");
});

document.addEventListener("htmx:after:swap", (event) => {
  // A swap that puts nothing in ends like any other.
  if (event.detail.ctx !== asked || !isAnswer(asked)) return;
  if (strip()) strip().scrollLeft = scrolled;
  if (isForPage(asked)) return showPage();
  showWhatIsAsked();
  placeFocus();
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
  if (isForPage(asked)) return location.reload();
  pending = asked.request.action;
  if (acted?.isConnected && acted.matches("a")) acted.click();
  else document.getElementById("query").requestSubmit();
});

// Typed words are asked for a moment after the last of them.
document.addEventListener("input", ({ target }) => {
  if (target.id === "search") isTyping = true;
});

// Links know the list that is shown, and the form what it said last, but not what was asked for
// since. So whatever an act changes is changed in that. A page number belongs to where it leads.
function joinWhatIsPending({ request, sourceElement }) {
  const isLink = sourceElement.matches("a");
  const own = isLink && isTyping ? withTyped(request.action) : request.action;
  const before = isLink ? location.href : filled ?? said(document.getElementById("query"));
  request.action = pending ? together(pending, before, own) : own;
  if (!isLink) filled = own;
  pending = request.action;
}

// Unless the link is there to drop what is searched for.
function withTyped(address) {
  const search = document.getElementById("search");
  const wanted = new URLSearchParams(address.split("?")[1]);
  if ((wanted.get("search") ?? "") !== search.defaultValue) return address;
  wanted.delete("page");
  replace(wanted, "search", [search.value].filter(Boolean));
  return `${location.pathname}?${wanted}`;
}

function together(...addresses) {
  const [asking, before, wanted] = addresses.map((each) => new URL(each, location.href).searchParams);
  for (const name of new Set([...asking.keys(), ...before.keys()])) {
    const [then, now, next] = [asking, before, wanted].map((query) => query.getAll(name).filter(Boolean));
    if (name !== "page") replace(wanted, name, changed(name, then, now, next));
  }
  return `${location.pathname}?${wanted}`;
}

// What the form said when it came, before anything was chosen or typed in it.
function said(form) {
  const query = new URLSearchParams();
  for (const { type, name, defaultValue, defaultChecked } of form.elements) {
    const isOn = !/radio|checkbox/.test(type) || defaultChecked;
    if (name && isOn) query.append(name, defaultValue);
  }
  return `?${query}`;
}

// Of languages each is an act of its own.
function changed(name, then, now, next) {
  if (String(now) === String(next)) return then;
  if (name !== "locale") return next;
  const kept = then.filter((value) => !now.includes(value) || next.includes(value));
  return [...new Set([...kept, ...next.filter((value) => !now.includes(value))])];
}

function replace(query, name, values) {
  query.delete(name);
  for (const value of values) query.append(name, value);
}

// What is said already is said again: a second failure is news.
function showFailure(kind) {
  const failure = document.getElementById("failure");
  const words = [...failure.querySelectorAll("[data-failure]")];
  for (const each of words) each.hidden = true;
  failure.hidden = false;
  requestAnimationFrame(() => {
    for (const each of words) each.hidden = each.dataset.failure !== kind;
  });
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
function placeFocus() {
  const isRetried = document.activeElement?.matches("[data-retry]");
  if (isRetried || acted?.closest?.(".pager") || /^(page|size)-/.test(acted?.id ?? "")) {
    (caption() ?? document.getElementById("search")).focus();
    window.scrollTo({ top: 0 });
  } else if (document.activeElement === document.body) {
    const next = acted?.id?.startsWith("chip-") ? document.getElementById(acted.id) ?? document.querySelector(".chip") : null;
    (next ?? document.getElementById("search")).focus({ preventScroll: true });
  }
}

// Gone back or forward, the whole page is new, and so is the region that says what it shows.
function showPage() {
  document.getElementById("announcement").textContent = (caption() ?? document.getElementById("count"))?.textContent ?? "";
  results()?.focus({ preventScroll: true });
}

// An entry of the history that typing has begun: typing on only changes it.
document.addEventListener("htmx:after:history:update", ({ detail }) => {
  if (detail.sourceElement?.id === "search") history.replaceState({ ...history.state, isTyped: true }, "");
});

// Coming back from a customer, the row that was opened has the focus again.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".customer-link");
  if (link) history.replaceState({ ...history.state, opened: link.id }, "");
});

window.addEventListener("pageshow", () => {
  const opened = history.state?.opened;
  if (opened) document.getElementById(opened)?.focus({ preventScroll: true });
});
