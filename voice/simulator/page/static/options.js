// The options of a call: who calls, when, who answers, what the clinic's phone does, the sound.

import { byId, post, trouble } from "./post.js";

const E164 = /^\+[1-9][0-9]{6,14}$/;
const BAD_NUMBER = "Number: write it with + and the country code, such as +14255550123.";
const FASTEST_VOICE = 2;
// Callers for whom the demo stores something first: where that is posted, and what.
const PREPARED = {
  known: ["/phone/known-patient"],
  often: ["/phone/limit", { name: "often" }],
  robots: ["/phone/limit", { name: "robots" }],
};
const form = byId("who");
const box = byId("options");
const link = new URLSearchParams(location.hash.slice(1));

// ---- what is chosen

export function number() {
  const caller = byId("caller");
  return caller.value === "other" ? byId("number").value.trim() : caller.selectedOptions[0].dataset.number;
}

// "" for a number that is withheld or that is not one.
export const phoneNumber = () => (E164.test(number()) ? number() : "");

// Whether the carrier vouches for the number.
export const signed = () => byId("caller").value === "known";

export const keys = () => (byId("keys-field").hidden ? "" : byId("keys").value);

// Speed shortens speech, never the time to answer.
export function pacing() {
  const speed = Number(link.get("speed") ?? byId("speed").value);
  const voice = byId("sound").value === "voice";
  return { speed, waits: Number(link.get("waits") ?? 1), voiced: voice && speed <= FASTEST_VOICE };
}

// Whether the call can be placed; else says what is wrong where it is.
export function valid() {
  const wrong = byId("caller").value === "other" && !E164.test(number());
  byId("number").setAttribute("aria-invalid", String(wrong));
  trouble(wrong ? BAD_NUMBER : "");
  if (wrong) {
    box.open = true;
    byId("number").focus();
  }
  return !wrong;
}

export const close = () => { box.open = false; };

// Only the clinic's phone can be changed during a call.
export function lock(locked) {
  for (const field of form.elements) field.disabled = locked && !["staff", "typed"].includes(field.id);
}

// ---- choosing

function summary() {
  const shown = ["caller", "when", "staff"].map((id) => byId(id).selectedOptions[0].textContent);
  byId("options-chosen").textContent = shown.join(", ");
}

async function callerChosen() {
  const who = byId("caller").value;
  byId("number-field").hidden = who !== "other";
  byId("about-caller").textContent = "";
  document.dispatchEvent(new Event("caller-chosen"));
  const prepared = PREPARED[who];
  if (!prepared) return;
  await attempt(async () => {
    byId("about-caller").textContent = (await post(...prepared)).says;
    document.dispatchEvent(new Event("caller-chosen"));
  });
}

const timeChosen = () => attempt(async () => clock(await post("/phone/clock", { when: byId("when").value })));

const routingChosen = () => attempt(() => post("/phone/routing", { name: byId("routing").value }));

const therapistsChosen = () => attempt(() => post("/phone/therapists", { name: byId("therapists").value }));

async function attempt(does) {
  trouble("");
  try {
    await does();
  } catch (wrong) {
    trouble(wrong.message);
  }
}

// The demo's clock, as the line has it: the "When" box always agrees with it.
export function clock({ when, now }) {
  byId("now").textContent = now;
  const skipped = form.querySelector("[value=skipped]");
  skipped.hidden = when !== "skipped";
  if (when === "skipped") skipped.textContent = `Skipped to ${now}`;
  byId("when").value = when;
  summary();
}

function fromLink() {
  for (const name of ["caller", "number", "when", "staff", "routing", "therapists", "keys", "sound"]) {
    const given = link.get(name);
    if (given !== null) byId(name).value = given;
  }
  byId("keys-field").hidden = !link.get("keys");
  if (link.get("keys")) byId("call-words").textContent = "Replay the call";
  summary();
  if (byId("caller").value !== "mobile") callerChosen();
  if (link.has("when")) timeChosen();
  if (link.has("routing")) routingChosen();
  if (link.has("therapists")) therapistsChosen();
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", summary);
byId("caller").addEventListener("change", callerChosen);
byId("number").addEventListener("change", () => { if (valid()) callerChosen(); });
byId("when").addEventListener("change", timeChosen);
byId("routing").addEventListener("change", routingChosen);
byId("therapists").addEventListener("change", therapistsChosen);
document.addEventListener("pointerdown", (event) => { if (!box.contains(event.target)) close(); });
box.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  close();
  box.querySelector("summary").focus();
});
fromLink();
