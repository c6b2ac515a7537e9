// Single keys, the same on every page: by what is kept on this device they can be switched off (WCAG 2.1.4).

export const SWITCH = "credence-single-keys";

const CODES = { Comma: ",", Period: ".", Slash: "/", BracketLeft: "[", BracketRight: "]" };

/** The key's letter, by its place on the keyboard when the layout has no Latin letters. */
export function letterOf({ key, code }) {
  if (key === "?" || key === "؟") return "?";
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  const place = /^Key([A-Z])$/.exec(code)?.[1].toLowerCase();
  return key.length === 1 && key.charCodeAt(0) > 0x24f ? (place ?? CODES[code] ?? key) : key;
}
