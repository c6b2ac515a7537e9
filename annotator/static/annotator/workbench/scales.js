// One scale as a group of radio buttons: all points side by side, the anchor of the chosen one in full below.

import { element } from "./dom.js";
import { pointWords } from "./model.js";

let groups = 0;

/**
 * @param {object} scale of the codebook
 * @param {object} options
 * @param {number|null} options.value the point given so far
 * @param {boolean} options.open whether it can be changed
 * @param {string} options.hint what stands beside the question
 * @param {(point: number|null) => void} options.onChange called with the chosen point, or null for "not rated"
 * @returns {{group: HTMLFieldSetElement, set: (point: number|null) => void}} the group, and how to show another rating
 */
export function scaleGroup(scale, { value, open, hint, onChange }) {
  const name = `scale-${scale.code}-${groups++}`;
  const anchorId = `${name}-anchor`;
  const anchor = element("p", { class: "anchor", id: anchorId });
  let given = value;
  const chosen = () => scale.points.find((point) => point.value === given) ?? null;
  const wordsOf = (point) => {
    const { sign, name } = pointWords(scale, point);
    return `${sign} ${name}: ${point.anchor}`;
  };
  // As high as the longest: pointing at a point must not move what is pointed at.
  const room = scale.points.map((point) => element("span", { class: "room", data: { words: wordsOf(point) } }));
  const say = (point) => {
    anchor.textContent = point ? wordsOf(point) : open ? "Not rated yet." : "Not rated.";
    anchor.classList.toggle("unrated", !point);
  };
  const inputs = new Map();
  const points = scale.points.map((point) => {
    const { sign, name: words } = pointWords(scale, point);
    const input = element("input", {
      type: "radio",
      name,
      value: point.value,
      disabled: !open,
      "aria-describedby": anchorId,
      on: { change: () => onChange(point.value), focus: () => say(point), blur: () => say(chosen()) },
    });
    inputs.set(point.value, input);
    const label = element(
      "label",
      { on: { pointerenter: () => say(point), pointerleave: () => say(chosen()) } },
      input,
      element("b", {}, sign),
      element("span", {}, words),
    );
    return element("li", { class: point.missing ? "cannot" : null }, label);
  });
  const clear = element("button", { type: "button", class: "clear", on: { click: () => onChange(null) } }, "Clear");
  const group = element(
    "fieldset",
    { class: "scale", data: { scale: scale.code } },
    element("legend", {}, scale.question, " ", element("span", {}, hint)),
    element("ol", {}, ...points),
    element("div", { class: "below" }, element("div", { class: "anchors" }, anchor, ...room), clear),
  );
  const set = (point) => {
    given = point;
    for (const [of, input] of inputs) input.checked = of === point;
    clear.hidden = !open || point === null;
    say(chosen());
  };
  set(value);
  return { group, set };
}
