// The connection to the line: the events it sends, and whether it runs at all.

import { STOPPED, byId, make } from "./post.js";

const TRY_AGAIN = 1000; // milliseconds
const BACK_SHOWN = 8000; // milliseconds
const box = byId("connection");
const listeners = [];
let source = null;
let lost = false;
let opened = () => {};
let stopped = () => {};

export const on = (kind, does) => listeners.push([kind, does]);

// `onOpen` is called whenever the line answers (again), `onStop` when it is gone.
export function connect(onOpen, onStop) {
  opened = onOpen;
  stopped = onStop;
  document.addEventListener("line-unreachable", check);
  open();
}

function open() {
  source = new EventSource("/phone/events");
  for (const [kind, does] of listeners) {
    source.addEventListener(kind, (event) => does(JSON.parse(event.data)));
  }
  source.addEventListener("open", () => {
    if (lost) say("The line is back. You can call again.", "back");
    else if (!box.classList.contains("back")) box.hidden = true;
    lost = false;
    opened();
  });
  source.addEventListener("error", check);
}

// A browser takes up a lost connection by itself, but not for ever, and never says why it was lost.
async function check() {
  const answer = await fetch("/phone/files/icon.svg", { cache: "no-store" }).catch(() => null);
  if (!answer) {
    if (lost) return;
    lost = true;
    source.close();
    say(STOPPED, "");
    stopped();
    setTimeout(wait, TRY_AGAIN);
  } else if (!lost && source.readyState === EventSource.CLOSED) {
    say("The line does not answer this page. Close its other tabs, then reload it.", "");
  }
}

async function wait() {
  const answer = await fetch("/phone/files/icon.svg", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) open();
  else setTimeout(wait, TRY_AGAIN);
}

function say(words, name) {
  box.className = `connection ${name}`;
  box.replaceChildren(make("span", words));
  box.hidden = false;
  if (name === "back") setTimeout(() => { if (!lost) { box.className = "connection"; box.hidden = true; } }, BACK_SHOWN);
}
