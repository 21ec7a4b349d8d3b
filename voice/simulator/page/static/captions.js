// What is said, word by word, what was pressed, and how long the line still waits.

import { byId, calm, make } from "./post.js";

const box = byId("captions");
const wait = byId("wait");
const line = byId("wait-line");
const left = byId("wait-left");
const SCENES = { ringing: "The clinic's phone is ringing.", talk: "You are talking with the clinic.", sound: "A sound plays." };

let sentence = null; // the one being said: its element, its words, when it began, how long it takes
let frame = 0;
let countdown = 0;
let running = null;

export function clear() {
  box.replaceChildren();
  rest();
}

export function aloud(audible) {
  // A screen reader does not speak over the voice.
  box.setAttribute("aria-live", audible ? "off" : "polite");
}

export function segment(told) {
  endWait();
  if (told.kind === "speech") return speech(told);
  rest();
  if (told.kind === "wait") startWait(told.seconds - told.since);
  const scene = SCENES[told.kind];
  if (scene && told.since === 0) add(make("p", scene, "scene"));
  return null;
}

function speech(told) {
  if (sentence?.number === told.number) return sentence;
  rest();
  const element = make("p", undefined, "says current");
  element.lang = told.language;
  const words = told.words.split(/\s+/).map((word, place) => {
    if (place) element.append(" ");
    const span = make("span", word, "word");
    element.append(span);
    return span;
  });
  add(element);
  sentence = { number: told.number, element, words, at: -1, began: performance.now(), seconds: told.seconds };
  if (!told.voiced) byTime();
  return sentence;
}

// Marks words by the clock, while no voice says where it is.
export function byTime() {
  cancelAnimationFrame(frame);
  const one = sentence;
  if (!one) return;
  const tick = () => {
    if (one !== sentence) return;
    mark((performance.now() - one.began) / 1000 / one.seconds);
    frame = requestAnimationFrame(tick);
  };
  tick();
}

export function mark(share) {
  if (!sentence) return;
  const at = Math.min(Math.floor(share * sentence.words.length + 1e-6), sentence.words.length - 1);
  if (at === sentence.at) return;
  sentence.words[sentence.at]?.classList.remove("now");
  sentence.words[at]?.classList.add("now");
  sentence.at = at;
}

// How many words of the segment were said, including the current one.
export const said = (number) => (sentence?.number === number ? sentence.at + 1 : null);

// A key interrupted the sentence: what was not said is not shown.
export function cut() {
  if (sentence && sentence.at + 1 < sentence.words.length) {
    for (const word of sentence.words.slice(Math.max(sentence.at + 1, 1))) word.hidden = true;
    sentence.element.classList.add("cut");
  }
  rest();
}

function rest() {
  cancelAnimationFrame(frame);
  if (!sentence) return;
  sentence.words[sentence.at]?.classList.remove("now");
  sentence.element.classList.remove("current");
  sentence = null;
}

export function key(pressed) {
  const last = box.lastElementChild;
  if (last?.classList.contains("pressed") && !last.classList.contains("lost")) {
    last.lastChild.textContent += pressed;
  } else {
    const element = make("p", undefined, "pressed");
    element.append(make("span", "You press ", "hidden"), pressed);
    add(element);
  }
  stay();
}

export function notHeard(pressed) {
  const last = box.lastElementChild;
  if (last?.classList.contains("pressed") && last.lastChild.textContent === pressed) last.remove();
  const element = make("p", `${pressed} was not heard: the line is not listening`, "pressed lost");
  const before = sentence?.element;
  if (before?.parentElement === box) before.before(element);
  else add(element);
}

export function add(element) {
  box.append(element);
  stay();
}

const stay = () => { box.scrollTop = box.scrollHeight; };

function startWait(seconds) {
  const end = performance.now() + seconds * 1000;
  wait.hidden = false;
  stay();
  running = line.animate(
    [{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }],
    { duration: seconds * 1000, fill: "forwards", easing: calm.matches ? `steps(${Math.ceil(seconds)})` : "linear" },
  );
  const tell = () => { left.textContent = `${Math.max(Math.ceil((end - performance.now()) / 1000), 0)} s`; };
  tell();
  countdown = setInterval(tell, 250);
}

export function endWait() {
  wait.hidden = true;
  running?.cancel();
  clearInterval(countdown);
}
