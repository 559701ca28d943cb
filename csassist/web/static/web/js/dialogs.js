// What every dialog does: its close buttons close it, a click beside it too, and focus returns to where it came from.

export function prepareDialog(dialog) {
  for (const close of dialog.querySelectorAll("[data-close]")) close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && dialog.matches(":modal") && isOutside(dialog, event)) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !dialog.matches(":modal")) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.opener?.isConnected && dialog.opener.focus());
}

/** Opens it over the page, or beside it when `beside` is true. `opener` gets the focus back. */
export function openDialog(dialog, { opener = document.activeElement, beside = false } = {}) {
  if (dialog.open) dialog.close();
  dialog.opener = opener;
  if (beside) dialog.show();
  else dialog.showModal();
}

function isOutside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
