// What the reviewer did to a passage, as the server recorded it. Few ask, so this comes only when somebody does.

import { request } from "./api.js";
import { element } from "./dom.js";
import { pointWords, scaleName } from "./model.js";

const MOST = 1000; // acts in one answer
const WHEN = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/**
 * The acts on a passage as items of a list, newest first. Rejects when the server could not be reached or refused.
 * @param {import("./model.js").Model} model
 * @param {string} api the root of the API
 * @param {string} id of the passage
 */
export async function historyOf(model, api, id) {
  const { slug } = model.assignment.study;
  const { status, body } = await request("GET", `${api}studies/${slug}/events/?annotation=${id}&limit=${MOST}`);
  if (status !== 200) throw new Error(`The server answered ${status}.`);
  return body.results.toReversed().map((event) =>
    element(
      "li",
      {},
      element("time", { datetime: event.at, class: "quiet" }, WHEN.format(new Date(event.at))),
      " ",
      element("span", {}, wordsOf(model, event)),
    ),
  );
}

/** "Marked Fact", "Slant: Neutral, note changed", "Deleted". */
function wordsOf(model, { verb, before, after }) {
  const name = (state) => model.labels.get(state?.label)?.name ?? "";
  if (verb === "deleted") return "Deleted";
  if (verb === "restored") return "Brought back";
  if (!after) return "Erased";
  const words = before ? [] : [`Marked ${name(after)}`];
  if (before && before.label !== after.label) words.push(`now ${name(after)}`);
  if (before && (before.start !== after.start || before.end !== after.end)) {
    words.push(`now “${model.text.slice(after.start, after.end)}”`);
  }
  words.push(...ratingWords(model, before?.ratings ?? [], after.ratings));
  if ((before?.note ?? "") !== after.note) words.push(after.note ? "note written" : "note taken away");
  const said = words.join(", ");
  return `${said.slice(0, 1).toUpperCase()}${said.slice(1)}`;
}

function ratingWords(model, before, after) {
  const given = (ratings, code) => ratings.find((one) => one.scale === code)?.point ?? null;
  const changed = [...model.scales.values()].filter(({ code }) => given(before, code) !== given(after, code));
  return changed.map((scale) => {
    const point = scale.points.find((one) => one.value === given(after, scale.code));
    return `${scaleName(scale)}: ${point ? pointWords(scale, point).name : "not rated"}`;
  });
}
