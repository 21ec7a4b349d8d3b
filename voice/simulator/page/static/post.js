// Requests to the line on this computer, what went wrong with them, and helpers for the document.

export const STOPPED = "The line stopped. Start it again with make demo.";

export const byId = (id) => document.getElementById(id);

// A request; its answer as an object. Throws an Error whose message says what to do.
export async function request(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    document.dispatchEvent(new Event("line-unreachable"));
    throw new Error(STOPPED);
  }
  const body = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Error(typeof body.detail === "string" ? body.detail : "The line could not do this. Reload the page and try again.");
  }
  return body;
}

export const post = (path, body = {}) => request(path, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

// Shows what went wrong above the phone; "" clears it.
export function trouble(words) {
  byId("trouble").textContent = words;
  byId("trouble").hidden = !words;
}

export function make(tag, words, name) {
  const element = document.createElement(tag);
  if (words !== undefined) element.textContent = words;
  if (name) element.className = name;
  return element;
}

export const calm = matchMedia("(prefers-reduced-motion: reduce)");
