// Menus that are `<details>`: one open at a time, closed by Escape, by a click beside them and by what is chosen.

export function prepareMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) {
      if (!menu.contains(event.target) || event.target.closest(".menu-item, [data-closes-menu]:not(form)")) menu.open = false;
    }
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("[data-menu]") && event.target.open) opened(event.target);
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.target.matches("[data-closes-menu]")) event.target.closest("[data-menu]")?.removeAttribute("open");
    if (event.detail.successful && event.target.matches("[data-closes-dialog]")) event.target.closest("dialog").close();
  });
}

/** Closes what is open; whether there was anything. */
export function closeMenus() {
  const menus = openMenus();
  for (const menu of menus) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  return menus.length > 0;
}

export const openMenu = () => openMenus()[0] ?? null;

function openMenus() {
  return [...document.querySelectorAll("[data-menu][open]")];
}

function opened(menu) {
  for (const other of openMenus()) if (other !== menu && !other.contains(menu)) other.open = false;
  menu.querySelector(".menu-body input:not([type=hidden]), .menu-body button, .menu-body select, .menu-body a")?.focus();
}
