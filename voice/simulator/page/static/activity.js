// What happens around the call: what the line and the staff did, how far the visitor is, and, for
// developers, the journal and the TwiML.

import { byId, make } from "./post.js";

const did = byId("did");
const steps = byId("steps");
const turns = byId("turns");

function told(by, words, name) {
  did.querySelector(".hint")?.remove();
  const row = make("li", undefined, name);
  row.append(make("span", by, "by"), make("span", words));
  did.append(row);
  did.parentElement.scrollTop = did.parentElement.scrollHeight;
}

export const lineDid = (words) => told("The line", words, "line-did");
export const staffDid = (words) => told("Staff", words, "staff");

// The three steps at the top: "call", "text", "visit".
export function reached(step) {
  const item = byId(`step-${step}`);
  if (item.classList.contains("done")) return;
  item.classList.add("done");
  item.firstElementChild.append(make("span", " (done)", "hidden"));
}

export function begin() {
  for (const step of ["call", "text", "visit"]) {
    byId(`step-${step}`).classList.remove("done");
    byId(`step-${step}`).querySelector(".hidden")?.remove();
  }
  steps.replaceChildren();
  turns.replaceChildren();
  count();
}

function count() {
  byId("steps-count").textContent = steps.children.length;
  byId("turns-count").textContent = turns.children.length;
}

export function kept(rows) {
  for (const [name, value] of rows) {
    const row = make("li");
    row.append(make("code", name), make("code", value));
    steps.append(row);
  }
  count();
}

export function turn({ asked, fields, status, twiml }) {
  const one = make("details");
  one.append(
    make("summary", `${turns.children.length + 1}. POST ${asked}`),
    make("p", [`HTTP ${status}`, ...fields].join(", "), "quiet"),
    make("pre", twiml),
  );
  turns.append(one);
  count();
}
