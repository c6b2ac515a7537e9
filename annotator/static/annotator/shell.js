// The shell of every page: the theme (kept on this device, set on <html> before the first paint) and menus that close.
// A classic script on purpose: a module would run after the page was painted in the other theme.
(() => {
  const KEY = "credence-theme";
  const root = document.documentElement;
  const stored = () => {
    try {
      return localStorage.getItem(KEY) ?? "system";
    } catch {
      return "system"; // storage is switched off: the system decides, as on a first visit
    }
  };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  apply(stored());
  document.addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll("[data-themes]")) {
      group.hidden = false;
      for (const input of group.querySelectorAll("input")) {
        input.checked = input.value === stored();
        input.addEventListener("change", () => {
          apply(input.value);
          try {
            localStorage.setItem(KEY, input.value);
          } catch {
            group.querySelector("legend").textContent = "Theme (this browser keeps it for this page only)";
          }
        });
      }
    }
    // A refused form begins where it is wrong. Beside a text, keys act on the page, so the focus stays where it is.
    const wrong = document.querySelector('main [aria-invalid="true"]:not(aside *)');
    if (wrong && !document.querySelector("main [autofocus]")) wrong.focus();
  });
  addEventListener("storage", (event) => event.key === KEY && apply(stored()));
  // Menus close on Escape and when the focus or a click goes elsewhere.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape") return;
      for (const menu of document.querySelectorAll("details[data-closes][open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
        event.stopPropagation();
      }
    },
    true,
  );
  document.addEventListener("pointerdown", (event) => {
    for (const menu of document.querySelectorAll("details[data-closes][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
})();
