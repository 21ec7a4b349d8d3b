// A call: placing it, the keys, and what the line's events do to the phone.

import * as captions from "./captions.js";
import * as options from "./options.js";
import * as sound from "./sound.js";
import { byId, post, request, trouble } from "./post.js";

const GONE = "The line stopped";
const KEYS = "0123456789*#";
const STATES = { ringing: "The clinic's phone is ringing", talk: "You are talking with the clinic" };
const phone = byId("phone");

let call = null; // the one that goes on: { id, began, segment, again, speed }
let mine = ""; // the last call of this page
let last = ""; // the same, until another caller is chosen
let early = null; // events that came before the answer that names their call
let clock = 0;

const state = (words) => { byId("state").textContent = words; };
const isGone = () => byId("state").textContent === `${GONE}.`;
const show = (wrong) => trouble(wrong.message);

// Whose phone it is: the number, and the call that it placed.
export const whose = () => ({ number: options.phoneNumber(), call: last });

// The line answers; a call that it does not know any more is over.
export async function ready() {
  byId("call").disabled = false;
  if (!call) {
    if (isGone()) state("Ready to call");
    return;
  }
  const { id } = call;
  const there = await request(`/phone/calls/${id}`).catch(() => null);
  if (!there && call?.id === id) end({ why: "The line was restarted", outcome: [] });
}

export function stopped() {
  if (call) end({ why: GONE, outcome: [] });
  state(`${GONE}.`);
  byId("call").disabled = true;
}

// ---- placing and ending

async function place() {
  if (!options.valid()) return;
  const { number, signed, keys } = options;
  const wanted = { number: number(), signed: signed(), staff: byId("staff").value, keys: keys() };
  await start("/phone/calls", wanted, false);
}

export const hearAgain = (id) => (call ? null : start(`/phone/calls/${id}/again`, {}, true));

async function start(path, wanted, again) {
  early = [];
  trouble("");
  options.close();
  byId("call").disabled = true;
  const pacing = options.pacing();
  try {
    begin((await post(path, { ...wanted, ...pacing })).call, pacing, again);
  } catch (wrong) {
    early = null;
    show(wrong);
  }
  if (early === null) byId("call").disabled = isGone();
}

function begin(id, { voiced, speed }, again) {
  call = { id, began: Date.now(), segment: null, again, speed };
  mine = id;
  if (!again) last = id;
  phone.classList.add("on-call");
  document.body.classList.add("calling");
  byId("call-words").textContent = again ? "Stop" : "Hang up";
  byId("after").hidden = true;
  byId("arrived").hidden = true;
  options.lock(true);
  captions.clear();
  captions.aloud(voiced);
  state(again ? "Hearing the call again" : "On the line");
  tick();
  clock = setInterval(tick, 1000);
  phone.scrollIntoView({ block: "nearest" });
  if (!again) document.dispatchEvent(new CustomEvent("call-begins", { detail: id }));
  const missed = early ?? [];
  early = null;
  for (const [told, does] of missed) whenOurs(told, does);
}

function tick() {
  const seconds = Math.floor((Date.now() - call.began) / 1000);
  byId("timer").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function end(told) {
  const { again } = call;
  sound.stop();
  captions.endWait();
  captions.cut();
  clearInterval(clock);
  phone.classList.remove("on-call");
  document.body.classList.remove("calling");
  options.lock(false);
  byId("call-words").textContent = options.keys() ? "Replay the call" : "Call again";
  state(`${told.why}.`);
  const rows = told.outcome.map((words) => Object.assign(document.createElement("li"), { textContent: words }));
  byId("outcome").replaceChildren(...rows);
  byId("after").hidden = again || rows.length === 0;
  call = null;
  document.dispatchEvent(new CustomEvent("call-ends", { detail: { again } }));
}

// ---- what the line tells

// Events may come before the answer that names the call; they wait for it.
export function whenOurs(told, does) {
  if (early) early.push([told, does]);
  else if (told.call === mine) does(told);
}

export const happened = (kind, told) => whenOurs(told, () => call && live(kind, told));

function live(kind, told) {
  if (kind === "segment") segment(told);
  if (kind === "key") {
    sound.stop();
    if (call.segment?.takes_keys) captions.cut();
    captions.key(told.key);
  }
  if (kind === "not_heard") captions.notHeard(told.key);
  if (kind === "ended") end(told);
}

function segment(told) {
  const resumed = call.segment?.number === told.number;
  call.segment = told;
  state(STATES[told.kind] ?? (call.again ? "Hearing the call again" : "On the line"));
  captions.segment(told);
  if (told.voiced && !resumed) speak(told);
}

async function speak(told) {
  const { id, speed } = call;
  const done = await sound.speak({
    words: told.words,
    language: told.language,
    recording: told.recording,
    address: `/phone/calls/${id}/voice/${told.number}`,
    rate: speed,
    onShare: captions.mark,
  });
  const still = () => call?.id === id && call.segment.number === told.number;
  if (!still()) return;
  if (!done) {
    captions.byTime();
    await new Promise((go) => setTimeout(go, told.seconds * 1000));
  }
  if (still()) post(`/phone/calls/${id}/heard`, { segment: told.number }).catch(() => {});
}

// ---- what the caller does

function press(key) {
  sound.tone(key);
  const button = phone.querySelector(`.key[data-key="${key}"]`);
  button.classList.add("down");
  setTimeout(() => button.classList.remove("down"), 140);
  if (!call || call.again) return;
  const at = call.segment?.number ?? 0;
  const pressed = { key, segment: at, said: captions.said(at) };
  post(`/phone/calls/${call.id}/keys`, pressed).catch(show);
}

const hangUp = () => post(`/phone/calls/${call.id}/hang-up`).catch(show);

byId("call").addEventListener("click", () => (call ? hangUp() : place()));
document.addEventListener("caller-chosen", () => { last = ""; });
byId("staff").addEventListener("change", () => {
  if (call) post(`/phone/calls/${call.id}/staff`, { staff: byId("staff").value }).catch(show);
});
for (const button of phone.querySelectorAll(".key")) {
  button.addEventListener("click", () => press(button.dataset.key));
}
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (typing && typing.type !== "checkbox") return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (call && byId("typed").checked && KEYS.includes(event.key)) press(event.key);
});
addEventListener("pagehide", () => {
  if (call) navigator.sendBeacon(`/phone/calls/${call.id}/hang-up`);
});
