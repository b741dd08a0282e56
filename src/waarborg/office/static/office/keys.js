// The keyboard of the console: a key clicks or focuses what names it (data-key), never while somebody types.
document.addEventListener("keydown", (event) => {
  const at = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || at.closest("input, textarea, select, [contenteditable]")) return;
  const found = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key && !one.disabled);
  if (found) {
    event.preventDefault();
    found.focus();
    if (found.tagName === "BUTTON") found.scrollIntoView({ block: "center" });
  }
});
