// A choice takes effect at once; a typed day waits for Enter or the button.

document.addEventListener("change", (event) => {
  const isChoice = event.target.matches?.("#query :is([type=radio], [type=checkbox])");
  if (isChoice) event.target.form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  if (event.target.id === "query") {
    for (const open of document.querySelectorAll(".filter:popover-open")) {
      if (event.submitter) open.hidePopover();
    }
  }
});

// A day that was typed and not applied is given up with its menu, or it would count later. One that
// was applied waits for its answer.
document.addEventListener("toggle", (event) => {
  if (event.newState !== "closed" || !event.target.matches(".filter")) return;
  if (document.querySelector("#results[aria-busy=true]")) return;
  for (const day of event.target.querySelectorAll(".range input")) day.value = day.defaultValue;
}, true);
