// A call: who calls, the keys, and what the line's events do to the phone.

import * as captions from "./captions.js";
import * as sound from "./sound.js";
import { byId, post } from "./post.js";

const KEYS = "0123456789*#";
const FASTEST_VOICE = 2;
const STATES = { ringing: "The clinic's phone rings", talk: "Talking with the clinic" };
const phone = byId("phone");
const link = new URLSearchParams(location.hash.slice(1));

let call = null; // the one that goes on: { id, began, segment }
let mine = ""; // the last call of this page
let last = ""; // the same, until another caller is chosen
let early = null; // events that came before the call's own name
let clock = 0;

const speed = () => Number(link.get("speed") ?? byId("speed").value);
const state = (words) => { byId("state").textContent = words; };

export function ready() {
  byId("call").disabled = false;
}

// ---- who calls, and when

function number() {
  const caller = byId("caller");
  return caller.value === "other" ? byId("number").value.trim() : caller.selectedOptions[0].dataset.number;
}

// Whose phone it is: the number, and the call that it placed.
export function whose() {
  const given = number();
  return { number: /^\+[1-9]\d{6,14}$/.test(given) ? given : "", call: last };
}

const chosen = () => document.dispatchEvent(new Event("caller-chosen"));

async function whoCalls() {
  const who = byId("caller").value;
  last = "";
  byId("number-field").hidden = who !== "other";
  byId("about-caller").textContent = "";
  if (who === "known") byId("about-caller").textContent = (await post("/phone/known-patient")).says;
  chosen();
}

async function whenCalled() {
  byId("now").textContent = (await post("/phone/clock", { when: byId("when").value })).now;
}

function fromLink() {
  for (const name of ["caller", "number", "when", "staff", "keys", "sound"]) {
    const given = link.get(name);
    if (given !== null) byId(name).value = given;
  }
  byId("keys-field").hidden = !link.get("keys");
  if (link.get("keys")) byId("call-words").textContent = "Replay the call";
  if (byId("caller").value !== "mobile") whoCalls();
  if (byId("when").value !== "now") whenCalled();
}

// ---- placing and ending

async function place() {
  early = [];
  byId("call").disabled = true;
  const wanted = {
    number: number(),
    staff: byId("staff").value,
    speed: speed(),
    waits: Number(link.get("waits") ?? speed()),
    voiced: sound.wanted() && speed() <= FASTEST_VOICE,
    keys: byId("keys-field").hidden ? "" : byId("keys").value,
  };
  try {
    const placed = await post("/phone/calls", wanted);
    begin(placed.call, wanted.voiced);
  } catch (trouble) {
    early = null;
    state(trouble.message);
  }
  byId("call").disabled = false;
}

function begin(id, voiced) {
  call = { id, began: Date.now(), segment: null };
  mine = last = id;
  phone.classList.add("on-call");
  byId("call-words").textContent = "Hang up";
  byId("after").hidden = true;
  for (const field of byId("who").elements) field.disabled = field.id !== "staff";
  captions.clear();
  captions.aloud(voiced);
  state("On the line");
  tick();
  clock = setInterval(tick, 1000);
  document.dispatchEvent(new CustomEvent("call-begins", { detail: id }));
  const missed = early;
  early = null;
  for (const [told, does] of missed) whenOurs(told, does);
}

function tick() {
  const seconds = Math.floor((Date.now() - call.began) / 1000);
  byId("timer").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function end(told) {
  sound.stop();
  captions.endWait();
  captions.cut();
  clearInterval(clock);
  phone.classList.remove("on-call");
  for (const field of byId("who").elements) field.disabled = false;
  byId("call-words").textContent = byId("keys-field").hidden ? "Call again" : "Replay the call";
  state(`${told.why}.`);
  const rows = told.outcome.map((words) => Object.assign(document.createElement("li"), { textContent: words }));
  byId("outcome").replaceChildren(...rows);
  byId("save").href = `/phone/calls/${call.id}/transcript`;
  byId("link").dataset.keys = told.keys;
  byId("link-said").textContent = "";
  byId("after").hidden = false;
  call = null;
}

// ---- what the line tells

// Events may come before the answer that names the call; they wait for it.
export function whenOurs(told, does) {
  if (early) early.push([told, does]);
  else if (told.call === mine) does(told);
}

export const happened = (kind, told) => whenOurs(told, () => call && live(kind, told));

function live(kind, told) {
  if (kind === "segment") lived(told);
  if (kind === "key") {
    sound.stop();
    if (call.segment?.takes_keys) captions.cut();
    captions.key(told.key);
  }
  if (kind === "not_heard") captions.notHeard(told.key);
  if (kind === "ended") end(told);
}

function lived(told) {
  const again = call.segment?.number === told.number;
  call.segment = told;
  state(STATES[told.kind] ?? "On the line");
  captions.segment(told);
  if (told.voiced && !again) spoken(told);
}

async function spoken(told) {
  const id = call.id;
  const done = await sound.speak({
    words: told.words,
    language: told.language,
    address: `/phone/calls/${id}/voice/${told.number}`,
    rate: speed(),
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
  if (!call) return;
  const at = call.segment?.number ?? 0;
  const pressed = { key, segment: at, said: captions.said(at) };
  post(`/phone/calls/${call.id}/keys`, pressed).catch((trouble) => state(trouble.message));
}

const hangUp = () => post(`/phone/calls/${call.id}/hang-up`).catch((trouble) => state(trouble.message));

async function copyLink() {
  const kept = new URLSearchParams({ keys: byId("link").dataset.keys });
  for (const name of ["caller", "when", "staff"]) kept.set(name, byId(name).value);
  if (byId("when").value === "skipped") kept.set("when", "now");
  if (byId("caller").value === "other") kept.set("number", number());
  const address = `${location.origin}/phone#${kept}`;
  try {
    await navigator.clipboard.writeText(address);
    byId("link-said").textContent = "Copied.";
  } catch {
    byId("link-said").textContent = address;
  }
}

byId("call").addEventListener("click", () => (call ? hangUp() : place()));
byId("who").addEventListener("submit", (event) => event.preventDefault());
byId("caller").addEventListener("change", whoCalls);
byId("number").addEventListener("change", whoCalls);
byId("when").addEventListener("change", whenCalled);
byId("staff").addEventListener("change", () => {
  if (call) post(`/phone/calls/${call.id}/staff`, { staff: byId("staff").value });
});
byId("link").addEventListener("click", copyLink);
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
fromLink();
