// The patient's phone: texts as they arrive, replies, and skipping to the next text.

import { byId, make, post } from "./post.js";
import { clock } from "./options.js";
import { whose } from "./call.js";

const thread = byId("thread");
const bubbles = byId("bubbles");
const reply = byId("reply");
const words = byId("reply-words");
const WHO = { clinic: `${byId("texts-from").textContent}: `, patient: "You: ", remark: "" };
let number = ""; // whose messages are shown
let day = "";
let turn = 0;

export async function refresh() {
  const mine = ++turn;
  let told;
  try {
    told = await post("/phone/texts", whose());
  } catch {
    return; // the line is not there; the page asks again once it is back
  }
  if (mine === turn) show(told);
}

function show(told) {
  clock(told);
  const first = told.number !== number;
  if (first) {
    bubbles.replaceChildren();
    number = told.number;
    day = "";
  }
  byId("texts-number").textContent = told.shown;
  const there = new Set([...bubbles.children].map((row) => row.dataset.name));
  const fresh = told.bubbles.filter((bubble) => !there.has(bubble.name));
  for (const bubble of fresh) add(bubble, told.language);
  if (fresh.length) thread.scrollTop = thread.scrollHeight;
  if (fresh.length && (!first || whose().call)) arrived(fresh.filter((bubble) => bubble.by === "clinic").at(-1));
  byId("texts-hint").textContent = told.bubbles.length ? "" : told.hint;
  reply.hidden = !told.can_write;
  whyNone(told.why_none);
  byId("skip-ahead").hidden = !told.next;
  byId("skip-words").textContent = told.next?.words ?? "";
  byId("skip-when").textContent = told.next?.when ?? "";
}

// The phone that called says so too: on a small screen its messages are further down.
function arrived(bubble) {
  if (!bubble) return;
  byId("arrived-words").textContent = bubble.words;
  byId("arrived").hidden = false;
  document.dispatchEvent(new Event("text-arrives"));
}

function add(bubble, language) {
  if (bubble.day !== day) bubbles.append(make("li", bubble.day, "day"));
  day = bubble.day;
  const row = make("li", undefined, `bubble ${bubble.by}`);
  row.dataset.name = bubble.name;
  const said = make("p");
  said.append(make("span", WHO[bubble.by], "hidden"), content(bubble, language));
  row.append(said);
  if (bubble.by !== "remark") row.append(make("time", bubble.time));
  bubbles.append(row);
}

function content(bubble, language) {
  const text = make("span");
  if (bubble.by === "clinic") text.lang = language;
  if (!bubble.link) {
    text.textContent = bubble.words;
    return text;
  }
  const [before, after] = bubble.words.split(bubble.link);
  const link = make("a", bubble.link.replace(/^https?:\/\//, ""));
  link.href = bubble.path;
  link.target = "_blank";
  link.rel = "noopener";
  text.append(before, link, after);
  return text;
}

// Says it once: a screen reader would read the same words again if they were set again.
function whyNone(sentences) {
  const box = byId("texts-none");
  const before = [...box.children].map((line) => line.textContent);
  if (before.join("\n") === sentences.join("\n")) return;
  box.replaceChildren(...sentences.map((sentence) => make("p", sentence)));
}

async function written(event) {
  event.preventDefault();
  const said = words.value.trim();
  if (!said) return;
  words.value = "";
  await attempt("/phone/texts/reply", { number, words: said });
}

const skip = () => attempt("/phone/texts/skip", whose());

async function attempt(path, body) {
  try {
    await post(path, body);
  } catch (trouble) {
    byId("texts-none").replaceChildren(make("p", trouble.message));
    return;
  }
  await refresh();
}

byId("arrived").addEventListener("click", () => { byId("arrived").hidden = true; });
reply.addEventListener("submit", written);
byId("skip-ahead").addEventListener("click", skip);
