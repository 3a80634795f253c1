// The menus of the filters.

// On a phone a menu opens inside the sheet, so the last open popover is the innermost.
const open = () => [...document.querySelectorAll(":is(.sheet, .filter, .export-menu):popover-open")].at(-1);

document.addEventListener("submit", (event) => {
  if (event.target.matches("#query, .export-form") && event.submitter) closeMenu();
});

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("a.sheet-only")) closeMenu();
});

function closeMenu() {
  (document.querySelector(".sheet:popover-open") ?? open())?.hidePopover();
}

// Browsers return the focus from the outermost popover only, and only to a button that still exists.
document.addEventListener("toggle", ({ target, newState }) => {
  const isOfSheet = target.matches(".sheet") || document.querySelector(".sheet:popover-open");
  const focused = document.activeElement;
  if (newState !== "closed" || !isOfSheet || (focused !== document.body && !target.contains(focused))) return;
  const buttons = [...document.querySelectorAll(`[popovertarget="${target.id}"]`)];
  buttons.find((button) => button.checkVisibility())?.focus({ preventScroll: true });
}, true);

// A click outside of an open menu only closes the menu, unless it is on the button of another menu.
// The browser closes the menu on pointerup, so the open menu is read on pointerdown.
document.addEventListener("pointerdown", ({ target }) => {
  const isOutside = open() && !target.closest(`#${open().id}, .filter-button`);
  const change = isOutside ? "addEventListener" : "removeEventListener";
  for (const type of ["mousedown", "click"]) document[change](type, swallowClick, { capture: true, once: true });
}, true);

// Keys send click events too; their `detail` is 0.
function swallowClick(event) {
  if (!event.detail) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
