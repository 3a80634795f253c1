// Closes the menus of the filters, and returns the focus to the button of a closed menu.

// The innermost open popover. On a phone a menu opens inside the sheet.
const openMenu = () => [...document.querySelectorAll(":is(.sheet, .filter, .export-menu):popover-open")].at(-1);

document.addEventListener("submit", (event) => {
  if (event.target.matches("#query, .export-form") && event.submitter) closeMenu();
});

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("a.sheet-only")) closeMenu();
});

function closeMenu() {
  (document.querySelector(".sheet:popover-open") ?? openMenu())?.hidePopover();
}

// Browsers return the focus only after the outermost popover closes, and only if its button still
// exists. This listener does the same for a menu inside the sheet, and for a button that was replaced.
document.addEventListener("toggle", ({ target, newState }) => {
  const isOfSheet = target.matches(".sheet") || document.querySelector(".sheet:popover-open");
  const focused = document.activeElement;
  if (newState !== "closed" || !isOfSheet || (focused !== document.body && !target.contains(focused))) return;
  const buttons = [...document.querySelectorAll(`[popovertarget="${target.id}"]`)];
  buttons.find((button) => button.checkVisibility())?.focus({ preventScroll: true });
}, true);

// A click outside an open menu closes the menu and has no other effect, unless the click is on the
// button of another menu. The browser closes the menu on pointerup, so this listener runs earlier, on
// pointerdown.
document.addEventListener("pointerdown", ({ target }) => {
  const isOutside = openMenu() && !target.closest(`#${openMenu().id}, .filter-button`);
  const change = isOutside ? "addEventListener" : "removeEventListener";
  for (const type of ["mousedown", "click"]) document[change](type, cancelClick, { capture: true, once: true });
}, true);

// The `detail` of a click is 0 if a key caused the click.
function cancelClick(event) {
  if (!event.detail) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
