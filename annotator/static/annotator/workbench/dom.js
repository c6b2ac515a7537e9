// Making elements without markup strings, which the policy forbids, and the two ways of telling the reader something.

/** An element with attributes, `data`, listeners (`on`) and children; null and false children are left out. */
export function element(tag, { data = {}, on = {}, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  Object.assign(node.dataset, data);
  for (const [type, listener] of Object.entries(on)) node.addEventListener(type, listener);
  node.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function icon(name) {
  return svg(
    "svg",
    { class: "icon", "aria-hidden": "true" },
    svg("use", { href: `${document.body.dataset.icons}#${name}` }),
  );
}

export const byId = (id) => document.getElementById(id);

/** A setting kept on this device; null where there is none or storage is switched off. */
export function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keep a setting on this device; where storage is full or switched off it lasts as long as the page. */
export function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // nothing to tell: a setting is no work
  }
}

/** On narrow pages the side list is a sheet at the foot of the page; wide pages show it always. */
export function openSheet(open = true) {
  byId("sheet-handle").setAttribute("aria-expanded", open);
}

/** A quotation, isolated from the line around it and marked with its language. */
export function quoted(text, language, attributes = {}) {
  return element("bdi", { dir: "auto", lang: language, ...attributes }, text);
}

let said = []; // by the act under way

/** Tell assistive technology. What one act says is one message; the same message is said again. */
export function announce(message) {
  const region = byId("announcer");
  region.textContent = "";
  if (said.push(message) > 1) return;
  setTimeout(() => {
    region.textContent = said.join(". ");
    said = [];
  }, 30);
}

let toastTimer = 0;

/** Show one message at the bottom with at most one button; it stays for a while, and while focused or pointed at. */
export function toast(message, action, act) {
  const box = byId("toast");
  const close = () => {
    if (box.matches(":focus-within, :hover")) toastTimer = setTimeout(close, 2000);
    else box.hidden = true;
  };
  const button = action
    ? element(
        "button",
        {
          class: "button",
          type: "button",
          on: {
            click: () => {
              closeToast();
              act();
            },
          },
        },
        action,
      )
    : null;
  box.replaceChildren(element("span", {}, message), ...(button ? [button] : []));
  box.hidden = false;
  announce(message);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(close, action ? 10_000 : 5_000);
}

/** Take the message away, as when what it offers was done in another way. */
export function closeToast() {
  byId("toast").hidden = true;
}

/** Save a text as a file on the reader's device. */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = element("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * A group of buttons as one tab stop: arrows move inside, Home and End go to its ends. Returns a function that chooses
 * the stop anew, to be called when buttons were switched off or on.
 */
export function rove(toolbar) {
  const enabled = () => [...toolbar.querySelectorAll("button:enabled, a")];
  const shown = () => enabled().filter((one) => one.offsetParent !== null);
  const choose = (chosen) => {
    for (const one of toolbar.querySelectorAll("button, a")) one.tabIndex = one === chosen ? 0 : -1;
  };
  const refresh = () => choose(shown()[0] ?? enabled()[0]);
  refresh();
  toolbar.addEventListener("focusin", ({ target }) => shown().includes(target) && choose(target));
  toolbar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const all = shown();
    const here = all.indexOf(document.activeElement);
    if (here < 0 || (!step && event.key !== "Home" && event.key !== "End")) return;
    event.preventDefault();
    event.stopPropagation();
    const next = step ? (here + step + all.length) % all.length : event.key === "Home" ? 0 : all.length - 1;
    all[next].focus();
  });
  return refresh;
}
