// What covers the conversation inside the panel: it takes the focus, Escape closes it, and the focus returns.

export function prepareDialog(dialog) {
  for (const close of dialog.querySelectorAll("[data-close]")) close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    setBehind(dialog, false);
    if (dialog.opener?.isConnected) dialog.opener.focus();
  });
}

export function openDialog(dialog, { opener = page.shadow.activeElement } = {}) {
  if (dialog.open) dialog.close();
  dialog.opener = opener;
  setBehind(dialog, true);
  dialog.show();
}

function setBehind(dialog, isBehind) {
  for (const other of dialog.parentElement.children) {
    if (other !== dialog && other.tagName !== "DIALOG") other.inert = isBehind;
  }
}
