// Single keys, the same on every page: by what is kept on this device they can be switched off (WCAG 2.1.4).

export const SWITCH = "credence-single-keys";

const CODES = { Comma: ",", Period: ".", Slash: "/", BracketLeft: "[", BracketRight: "]" };

/**
 * The nearest element of these kinds around another, if it is seen: a dialog that was closed keeps the focus in its
 * fields until the browser draws again, and a key pressed meanwhile is not meant for them.
 */
export function seenAround(element, kinds) {
  const found = element?.closest(kinds);
  return found?.getClientRects().length ? found : null;
}

/** The key's letter, by its place on the keyboard when the layout has no Latin letters. */
export function letterOf({ key, code }) {
  if (key === "?" || key === "؟") return "?";
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  const place = /^Key([A-Z])$/.exec(code)?.[1].toLowerCase();
  return key.length === 1 && key.charCodeAt(0) > 0x24f ? (place ?? CODES[code] ?? key) : key;
}
