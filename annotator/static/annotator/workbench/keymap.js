// Which single key does what. Every command and every label has a key of its own that the reviewer may change; kept on
// this device.

import { letterOf, SWITCH } from "../keyboard.js";
import { byId, keep, kept } from "./dom.js";

const SETTING = "credence-keys";

const DEFAULTS = {
  next: "j",
  previous: "k",
  unlabelled: "u",
  mode: "s",
  back: ",",
  on: ".",
  shrink: "[",
  grow: "]",
  note: "n",
  scales: "r",
  find: "/",
  filter: "f",
  guide: "g",
  help: "?",
};
const SHIFTED = { "{": "[", "}": "]" }; // the same keys with Shift

const commandOf = ({ code }) => `label ${code}`;

export class Keymap {
  /** @param {{code: string, name: string, shortcut: string}[]} labels of the codebook, in their order */
  constructor(labels) {
    const digits = labels.map((one, index) => [commandOf(one), one.shortcut || String(index + 1)]);
    this.labels = new Map(labels.map((one) => [commandOf(one), one.name]));
    this.codes = new Map(labels.map((one) => [commandOf(one), one.code]));
    this.defaults = { ...DEFAULTS, ...Object.fromEntries(digits) };
    this.keys = { ...this.defaults };
    const own = stored();
    for (const command of Object.keys(this.keys)) if (this.takes(own[command])) this.keys[command] = own[command];
    const box = byId("single-keys");
    box.checked = kept(SWITCH) !== "off";
    box.addEventListener("change", () => keep(SWITCH, box.checked ? "on" : "off"));
    this.show();
    byId("change-keys").addEventListener("toggle", () => this.#open());
  }

  /** The fields to change keys are seldom wanted, so their script comes when they are. */
  async #open() {
    try {
      const { KeyFields } = await import("./keyfields.js");
      this.fields ??= new KeyFields(this);
    } catch {
      byId("keys-said").textContent = "The server could not be reached. Close and open this again later.";
    }
  }

  /** Whether this is one sign that a single key types. */
  takes(key) {
    return /^[^\s\p{M}]$/u.test(key) && key === key.toLowerCase();
  }

  get on() {
    return byId("single-keys").checked;
  }

  /** The command a key press stands for, if any. */
  commandOf(event) {
    const key = letterOf(event);
    const digit = event.shiftKey || event.getModifierState("AltGraph") ? null : digitOf(event);
    if (digit && this.commandAt(digit)) return this.commandAt(digit);
    return this.commandAt(key) ?? (event.shiftKey ? this.commandAt(SHIFTED[key]) : null);
  }

  commandAt(key) {
    return Object.keys(this.keys).find((command) => this.keys[command] === key) ?? null;
  }

  /** Give commands other keys and keep them. */
  change(keys) {
    Object.assign(this.keys, keys);
    keep(SETTING, JSON.stringify({ ...stored(), ...this.keys })); // the keys of other codebooks' labels among them
    this.show();
  }

  /** The keys wherever the page names them, for eyes and for assistive technology. */
  show() {
    for (const control of document.querySelectorAll("[data-command]")) {
      const sign = this.keys[control.dataset.command].toUpperCase();
      if (control.localName === "kbd") control.textContent = sign;
      else control.setAttribute("aria-keyshortcuts", sign);
    }
  }
}

/** The digit on a key, by its place on the keyboard: French ones type it with Shift only. */
export const digitOf = ({ code }) => /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];

function stored() {
  try {
    return JSON.parse(kept(SETTING)) ?? {};
  } catch {
    return {}; // written by something else: the keys are as they were at first
  }
}
