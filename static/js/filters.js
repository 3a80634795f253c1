// The menus of the filters.

// On a phone a menu opens within the sheet: the innermost of the open ones comes last.
const open = () => [...document.querySelectorAll(":is(.sheet, .filter, .export-menu):popover-open")].at(-1);

document.addEventListener("submit", (event) => {
  if (event.target.matches("#query, .export-form") && event.submitter) close();
});

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("a.sheet-only")) close();
});

function close() {
  (document.querySelector(".sheet:popover-open") ?? open())?.hidePopover();
}

// Browsers give the focus back only from the outermost popover, and only to a button that is still there.
document.addEventListener("toggle", ({ target, newState }) => {
  const isOfSheet = target.matches(".sheet") || document.querySelector(".sheet:popover-open");
  const focused = document.activeElement;
  if (newState !== "closed" || !isOfSheet || (focused !== document.body && !target.contains(focused))) return;
  const buttons = [...document.querySelectorAll(`[popovertarget="${target.id}"]`)];
  buttons.find((button) => button.checkVisibility())?.focus({ preventScroll: true });
}, true);

// A click outside of an open menu closes it and does nothing else, but for the button of another
// menu. The browser closes the menu when the pointer is released, so this looks when it is pressed.
document.addEventListener("pointerdown", ({ target }) => {
  const isOutside = open() && !target.closest(`#${open().id}, .filter-button`);
  const change = isOutside ? "addEventListener" : "removeEventListener";
  for (const type of ["mousedown", "click"]) document[change](type, swallow, { capture: true, once: true });
}, true);

// The keyboard clicks as well, with no detail.
function swallow(event) {
  if (!event.detail) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
