/* Django's select2 leaves the search field of a choice of many without a name; it gets that of the choice itself. */
"use strict";

const nameSearchFields = () => {
  for (const choice of document.querySelectorAll("select.admin-autocomplete[multiple]")) {
    const label = document.querySelector(`label[for="${choice.id}"]`);
    const search = choice.parentElement.querySelector(".select2-search__field");
    if (label && search) search.setAttribute("aria-label", label.textContent.trim().replace(/[:：]$/, ""));
  }
};

/* When the page has loaded, what makes the fields is already in jQuery's line: this stands behind it. */
window.addEventListener("load", () => window.django.jQuery(nameSearchFields));
