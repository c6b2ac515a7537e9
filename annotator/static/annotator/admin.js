// What Django's own widgets leave unnamed for assistive technology. Loaded by the admin only, after its scripts.
(() => {
  const words = (node) => node?.textContent.replace(/\s+/g, " ").replace(/:\s*$/, "").trim() ?? "";
  const labelOf = (id) => words(document.querySelector(`label[for="${CSS.escape(id)}"]`));

  /** The choice of a related row: select2 takes its name from its value, which is nothing as long as it is empty. */
  function nameChoices() {
    for (const choice of document.querySelectorAll(".select2-selection[aria-labelledby]")) {
      const select = choice.closest(".select2")?.previousElementSibling;
      const name = select?.id && labelOf(select.id);
      if (!name) continue;
      const value = choice.querySelector(".select2-selection__rendered");
      choice.setAttribute("aria-label", `${name}: ${words(value) || "nothing chosen"}`);
      choice.removeAttribute("aria-labelledby");
      value?.setAttribute("aria-label", name); // a text field of its own to assistive technology
      select.addEventListener("change", () => choice.setAttribute("aria-label", `${name}: ${words(value)}`));
    }
  }

  /** Date and time stand in two fields under one label. */
  function nameTimes() {
    for (const input of document.querySelectorAll(".datetime input:not([aria-label])")) {
      const label = labelOf(input.id.replace(/_[01]$/, "")) || labelOf(input.id);
      const legend = words(input.closest("fieldset.flex-container, .form-row")?.querySelector("legend, label"));
      input.setAttribute("aria-label", `${label || legend}, ${input.id.endsWith("_0") ? "date" : "time"}`);
    }
  }

  function mend() {
    nameChoices();
    nameTimes();
    for (const sign of document.querySelectorAll(".help-tooltip[aria-label]")) sign.setAttribute("role", "img");
    for (const head of document.querySelectorAll("thead th:empty, th.original:empty")) {
      const hidden = document.createElement("span");
      hidden.className = "visually-hidden";
      hidden.textContent = head.matches(".original") ? "Row" : "Delete";
      head.append(hidden);
    }
  }
  addEventListener("load", () => (globalThis.django?.jQuery ? django.jQuery(mend) : mend())); // after the widgets are made
  document.addEventListener("formset:added", () => setTimeout(mend));
})();
