// The menus of the filters.

const open = () => document.querySelector(".filter:popover-open");

document.addEventListener("submit", (event) => {
  if (event.target.id === "query" && event.submitter) open()?.hidePopover();
});
