// The workbench: reads the assignment and puts the parts together.

import { Acts } from "./acts.js";
import { request } from "./api.js";
import { Cursor } from "./cursor.js";
import { Documents } from "./documents.js";
import { announce, byId, keep, kept, openSheet, rove } from "./dom.js";
import { Find } from "./find.js";
import { Follow } from "./follow.js";
import { Guide } from "./guide.js";
import { Highlights } from "./highlights.js";
import { Keys } from "./keys.js";
import { Labelling } from "./labelling.js";
import { List } from "./list.js";
import { Minimap } from "./minimap.js";
import { Model } from "./model.js";
import { Outline } from "./outline.js";
import { Paint } from "./paint.js";
import { Pick } from "./pick.js";
import { Progress } from "./progress.js";
import { Popover, Selection } from "./selection.js";
import { Status } from "./status.js";
import { Submit } from "./submit.js";
import { Text } from "./text.js";

const NARROW = matchMedia("(width < 60rem)");

/** Say on the page why it cannot be used, with the way on that there is. */
function refuse(words) {
  byId("refusal-words").textContent = words;
  byId("refusal").hidden = false;
}

async function read(config) {
  try {
    const { status, body } = await request("GET", `${config.api}assignments/${config.assignment}/lean/`);
    if (status === 200) return body;
    if (status === 401) location.assign(`${config.login}?next=${encodeURIComponent(location.pathname)}`);
    else refuse(body?.detail ?? `The server answered ${status}.`);
  } catch {
    refuse("The server could not be reached. What you did before is kept on this device; load the page again later.");
  }
  return null;
}

async function start() {
  const config = JSON.parse(byId("config").textContent);
  const data = await read(config);
  if (!data) return undefined;

  const scroller = byId("scroller");
  const text = new Text(byId("text"), data.revision, data.document.language);
  const model = new Model(data, text);
  const status = new Status({ model, config });
  const acts = new Acts(data, { model, config, text, onState: (state) => status.show(state) });
  status.acts = acts;

  const paint = new Paint(model, text, await ground(model, text, scroller));
  connectDescriptions(paint.descriptions);
  const selection = new Selection(text, () => model.open);
  const cursor = new Cursor(model, text, selection, scroller);
  const labelling = new Labelling({ model, text, selection, cursor, acts });
  const popover = new Popover(selection, byId("stage"), () => model.open && !labelling.brush && !cursor.mode);
  const list = new List({ model, text, acts, labelling, cursor, scroller, config });
  new Follow({ model, text, list, scroller });
  new Outline(byId("outline"), model, text, (id, from, to, exact) =>
    labelling.resize(id, from, to, exact || !selection.snap),
  );
  const documents = new Documents({ model, acts });
  const pick = new Pick(model, text, cursor);
  list.onAgain = () => pick.outer();
  const guide = new Guide({ model, config });
  const find = new Find({ model, text, labelling, scroller });
  new Minimap(byId("map"), model, text, scroller);
  const progress = new Progress(model, text, scroller);
  new Submit({ model, acts, config, progress, list, text, scroller });
  new Keys({ model, text, selection, cursor, labelling, acts, list, pick, guide, find, documents });
  connectTools({ acts, model, selection, cursor, popover });

  model.on("active", ({ id }) => {
    openSheet(Boolean(id)); // before the list scrolls: what is folded away can't
    list.reveal();
    if (!NARROW.matches) return;
    const passage = model.get(id);
    if (passage) requestAnimationFrame(() => text.reveal(passage.start, passage.end, scroller));
  });

  await acts.open();
  const named = model.get(location.hash.slice("#passage-".length)); // the history leads to a passage so
  if (named) {
    model.activate(named.id);
    text.reveal(named.start, named.end, scroller);
  }
  document.body.dataset.ready = "yes";
  return undefined;
}

/** What passages are painted on; a browser without highlights gets boxes, whose script no other one loads. */
async function ground(model, text, scroller) {
  if (globalThis.Highlight && CSS.highlights) return new Highlights(text, scroller, model.labels.keys());
  const { Boxes } = await import("./boxes.js");
  return new Boxes(text, scroller);
}

/** What a paragraph holds is told to screen readers, unless somebody finds it too much; kept on this device. */
function connectDescriptions(descriptions) {
  const box = byId("describe");
  const parent = descriptions.parentNode;
  const show = () => (box.checked ? parent.append(descriptions) : descriptions.remove());
  box.checked = kept("credence-describe") !== "no";
  box.addEventListener("change", () => {
    keep("credence-describe", box.checked ? "yes" : "no");
    show();
  });
  show();
}

/** The buttons of the toolbars that belong to no other part. */
function connectTools({ acts, model, selection, cursor, popover }) {
  const snaps = document.querySelectorAll("[data-snap]");
  for (const snap of snaps) {
    snap.addEventListener("click", () => {
      selection.setSnap(!selection.snap);
      for (const one of snaps) one.setAttribute("aria-pressed", selection.snap);
      announce(selection.snap ? "Selections grow to whole sentences" : "Selections stay as drawn");
      popover.place();
    });
  }
  byId("selection-clear").addEventListener("click", () => selection.clear());
  byId("sentence-mode").addEventListener("click", () => cursor.setMode(!cursor.mode));
  byId("undo").addEventListener("click", () => acts.undo());
  byId("redo").addEventListener("click", () => acts.redo());
  const show = () => {
    byId("undo").disabled = !acts.done.length || !model.open;
    byId("redo").disabled = !acts.undone.length || !model.open;
  };
  model.on("passages ratings state", show);
  show();
  for (const each of document.querySelectorAll("[data-cancel]"))
    each.addEventListener("click", () => each.closest("dialog").close());
  const handle = byId("sheet-handle");
  handle.addEventListener("click", () => openSheet(handle.getAttribute("aria-expanded") !== "true"));
  const stops = [...document.querySelectorAll('[role="toolbar"]')].map((bar) => rove(bar));
  model.on("state", () => stops.forEach((refresh) => refresh()));
}

start();
