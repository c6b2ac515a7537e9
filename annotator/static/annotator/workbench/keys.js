// Single keys. Digits go by their place on the keyboard and letters too where the layout is not Latin, so that Persian
// and French keyboards work. Nothing fires in a field or a dialog; single keys can be changed or off (WCAG 2.1.4).

import { letterOf, seenAround } from "../keyboard.js";
import { announce, byId, openSheet } from "./dom.js";
import { digitOf, Keymap } from "./keymap.js";

export class Keys {
  /** @param {object} parts the modules of the workbench */
  constructor(parts) {
    Object.assign(this, parts);
    this.keymap = new Keymap([...this.model.labels.values()]);
    document.addEventListener("keydown", (event) => this.#pressed(event));
    byId("help").addEventListener("click", () => {
      byId("more-tools").hidePopover(); // first: the dialog gives the focus back to what is seen
      byId("shortcuts").showModal();
    });
  }

  #pressed(event) {
    const { target } = event;
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog:modal")) return;
    const field = seenAround(target, "textarea, select, input:not([type=radio], [type=checkbox])");
    if (event.key === "Escape" && !field) return this.#escape(event);
    // AltGr types signs such as "[" on many layouts; some systems report it as Ctrl with Alt.
    const typed = event.getModifierState("AltGraph");
    if (field || (event.altKey && !typed)) return undefined;
    if ((event.ctrlKey || event.metaKey) && !typed) {
      if (letterOf(event) !== "z") return undefined;
      event.preventDefault();
      return event.shiftKey ? this.acts.redo() : this.acts.undo();
    }
    if (!this.keymap.on) return undefined;
    const control = target.closest("button, a, summary, input");
    if (control && ["Enter", " ", "ArrowUp", "ArrowDown"].includes(event.key)) return undefined;
    const act = (typed ? null : this.#rating(event)) ?? this.#key(event);
    if (!act) return undefined;
    event.preventDefault();
    return act();
  }

  #rating(event) {
    const digit = digitOf(event);
    if (!event.shiftKey || digit === undefined || !this.model.get(this.model.active)) return null;
    return () => this.list.details.rateByKey(Number(digit));
  }

  #key(event) {
    const { cursor, list, model } = this;
    const active = model.get(model.active);
    const shift = event.shiftKey;
    switch (event.key) {
      case "ArrowDown":
        return cursor.mode ? () => cursor.move(1, shift) : null;
      case "ArrowUp":
        return cursor.mode ? () => cursor.move(-1, shift) : null;
      case "Enter":
        return active ? () => this.#enter() : null;
      case "Delete":
      case "Backspace":
        return active && model.open ? () => list.remove(active.id) : null;
    }
    const command = this.keymap.commandOf(event);
    const label = this.keymap.codes.get(command);
    if (label) return () => this.labelling.press(label);
    switch (command) {
      case "next":
        return () => cursor.move(1, shift);
      case "previous":
        return () => cursor.move(-1, shift);
      case "unlabelled":
        return () => cursor.unlabelled(shift ? -1 : 1);
      case "mode":
        return model.open ? () => cursor.setMode(!cursor.mode) : null;
      case "back":
        return () => list.step(-1);
      case "on":
        return () => list.step(1);
      case "note":
        return active ? () => this.#focus(".details textarea") : null;
      case "scales":
        return () => (active ? this.#focus(".details input:checked, .details input") : this.documents.go());
      case "guide":
        return () => this.#guide();
      case "find":
        return model.open ? () => this.find.open() : null;
      case "filter":
        return () => this.#filter();
      case "help":
        return () => byId("shortcuts").showModal();
      case "shrink":
        return () => this.#nudge(-1, shift);
      case "grow":
        return () => this.#nudge(1, shift);
      default:
        return null;
    }
  }

  /** Move the end, or with Shift the start, of the selection or the active passage by one word. */
  #nudge(direction, start) {
    const { text, selection, model } = this;
    const active = model.get(model.active);
    const span = selection.span ?? (active && [active.start, active.end]);
    if (!span) return;
    const moved = start
      ? [text.wordEdge(span[0], direction, false), span[1]]
      : [span[0], text.wordEdge(span[1], direction, true)];
    if (moved[0] >= moved[1]) return;
    if (selection.span) {
      selection.select(...moved);
      announce(text.slice(...moved));
    } else if (model.open) this.labelling.resize(active.id, ...moved);
  }

  /** Details of the active passage; pressed again there, the next outer passage. */
  #enter() {
    const item = document.activeElement?.closest(".passage, .details");
    if (item) this.pick.outer();
    this.#focus('.passage[aria-current="true"]');
  }

  #focus(selector) {
    openSheet();
    this.list.update(); // a passage made a moment ago is shown once it is stored; its details are wanted now
    const control = document.querySelector(selector);
    control?.focus();
    control?.scrollIntoView({ block: "nearest" });
  }

  #filter() {
    if (byId("filter").hidden) byId("filter-toggle").click();
    else this.#focus("#filter input");
  }

  #guide() {
    if (this.guide.isOpen) return this.guide.close();
    const active = this.model.get(this.model.active);
    const focused = document.activeElement?.closest("[data-label], [data-guide]");
    const code =
      focused?.dataset.label ??
      focused?.dataset.guide ??
      active?.label ??
      this.labelling.brush ??
      [...this.model.labels.keys()][0];
    const near = document.querySelector(`.tools [data-guide="${code}"]`);
    return this.guide.open(code, near.offsetParent ? near : byId("labels"));
  }

  /** One step back: the phone's menu, guideline, selection, active passage, brush, mode. */
  #escape(event) {
    const { guide, selection, model, labelling, cursor } = this;
    event.preventDefault();
    if (byId("more-tools").matches(":popover-open")) return byId("more-tools").hidePopover();
    if (guide.isOpen) return guide.close();
    if (selection.span) return selection.clear();
    if (model.active) return model.activate(null);
    if (labelling.brush) return labelling.setBrush(null);
    return cursor.mode ? cursor.setMode(false) : undefined;
  }
}
