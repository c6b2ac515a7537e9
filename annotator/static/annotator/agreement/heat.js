// The agreement page of a document: paints how many reviewers mark each stretch of the text, or differ about it, and
// shows where the places of the list lie in it. Without this module the text stays plain and the table says the same.

import { byId } from "../workbench/dom.js";
import { Bands } from "./bands.js";
import { Contour } from "./contour.js";
import { Keys } from "./keys.js";
import { Lines } from "./lines.js";
import { Paint } from "./paint.js";
import { Places } from "./places.js";

const data = JSON.parse(byId("heat").textContent);
const lines = new Lines(byId("text"), byId("stage"));
if (CSS.highlights) new Paint(lines, data.runs);
else byId("unpainted").hidden = false;
const places = new Places(data, lines, [new Contour(lines), new Bands(byId("bands"), lines)]);
new Keys(places);
