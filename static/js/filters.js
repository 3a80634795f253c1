// The menus of the filters.

const open = () => document.querySelector(":is(.filter, .export-menu):popover-open");

document.addEventListener("submit", (event) => {
  if (event.target.matches("#query, .export-form") && event.submitter) open()?.hidePopover();
});

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
