// Posts to the line's page on this computer, and small words for the document.

export async function post(path, body = {}) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const told = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) {
    throw new Error(typeof told.detail === "string" ? told.detail : "The page sent something odd.");
  }
  return told;
}

export const byId = (id) => document.getElementById(id);

export function make(tag, words, name) {
  const element = document.createElement(tag);
  if (words !== undefined) element.textContent = words;
  if (name) element.className = name;
  return element;
}

export const calm = matchMedia("(prefers-reduced-motion: reduce)");
