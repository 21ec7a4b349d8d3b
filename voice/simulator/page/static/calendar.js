// The clinic's week as the line renders it, and what staff do in it.

import { byId, make, post } from "./post.js";
import { dragging } from "./drag.js";

const week = byId("week");
const note = byId("note");
let shown = ""; // a day of the week that is shown; "" is today's
let open = ""; // the event that is open below the week
let turn = 0;
let reading = 0; // the newest reading of the open event
let missed = false; // the week changed while an event was being dragged
const columns = matchMedia("(min-width: 64rem)");

export async function load() {
  const mine = ++turn;
  const answer = await fetch(`/phone/calendar${shown ? `?day=${shown}` : ""}`).catch(() => null);
  if (!answer?.ok) return;
  const html = await answer.text();
  if (mine !== turn) return;
  missed = dragging();
  if (missed) return;
  const held = document.activeElement?.closest("#week [data-id], #week [data-week]");
  const same = held && (held.dataset.id ? `[data-id="${held.dataset.id}"]` : `[data-week="${held.dataset.week}"]`);
  week.innerHTML = html;
  place();
  if (same) week.querySelector(same)?.focus();
  select();
}

// The page's policy forbids style attributes, so the script sets what the data says.
// A day with many events side by side gets a wider column.
function place() {
  const grid = week.querySelector(".week");
  const first = Number(grid.dataset.first);
  grid.style.setProperty("--length", Number(grid.dataset.last) - first);
  const widths = [...grid.querySelectorAll(".day")].map((day) => `minmax(0, ${Math.max(1, day.dataset.lanes * 0.9)}fr)`);
  grid.style.setProperty("--columns", widths.join(" "));
  for (const element of grid.querySelectorAll("[data-from]")) {
    element.style.setProperty("--lane", element.dataset.lane ?? 0);
    element.style.setProperty("--lanes", element.dataset.lanes ?? 1);
    element.style.setProperty("--from", element.dataset.from - first);
    element.style.setProperty("--to", element.dataset.to - first);
  }
  for (const hour of grid.querySelectorAll("[data-at]")) hour.style.setProperty("--at", hour.dataset.at - first);
  days(grid);
}

function days(grid) {
  const chosen = byId("block-day").value;
  const options = [...grid.querySelectorAll(".day:not(.past)")].map((day) => {
    const option = make("option", day.getAttribute("aria-label"));
    option.value = day.dataset.day;
    return option;
  });
  byId("block-day").replaceChildren(...options);
  if (options.some((option) => option.value === chosen)) byId("block-day").value = chosen;
  byId("block").hidden = options.length === 0;
}

function select() {
  for (const event of week.querySelectorAll(".event")) {
    event.classList.toggle("selected", event.dataset.id === open && open !== "");
    if (event.dataset.id) event.setAttribute("aria-expanded", String(event.dataset.id === open));
  }
}

export async function show(id, day) {
  if (day) shown = day;
  open = id;
  await Promise.all([read(), load()]);
}

// Shows where a call's visit is: held first, then booked.
export async function lead(day, id) {
  await show(id || open, day);
  if (!columns.matches) return;
  const held = id ? week.querySelector(`[data-id="${id}"]`) : week.querySelector(`[data-day="${day}"] .held`);
  held?.scrollIntoView({ block: "nearest" });
}

async function read() {
  const id = open;
  if (!id) return;
  const mine = ++reading;
  const answer = await fetch(`/phone/calendar/${id}`).catch(() => null);
  const html = await answer?.text().catch(() => null);
  if (html == null || mine !== reading || id !== open) return;
  if (answer.status !== 200) {
    shut();
    return;
  }
  const held = parts().indexOf(document.activeElement);
  const typed = [...note.querySelectorAll("input")].filter((field) => field.value !== field.defaultValue);
  const before = note.querySelector("form")?.dataset.id;
  note.innerHTML = html;
  note.hidden = false;
  if (before !== id) return;
  for (const field of typed) note.querySelector(`[name="${field.name}"]`).value = field.value;
  parts()[held]?.focus();
}

const parts = () => [...note.querySelectorAll("h3, button, input")];

function shut() {
  const inside = note.contains(document.activeElement);
  const event = week.querySelector(`[data-id="${open}"]`);
  open = "";
  note.hidden = true;
  note.replaceChildren();
  select();
  if (inside) (event ?? byId("block-day")).focus();
}

export function released() {
  if (missed) load();
}

export const changed = () => Promise.all([load(), read()]);

export async function staffDo(path, body) {
  const said = byId("staff-said");
  try {
    said.textContent = (await post(`/phone/calendar/${path}`, body)).message;
  } catch (trouble) {
    said.textContent = trouble.message;
  }
  await changed();
}

week.addEventListener("click", async (event) => {
  const to = event.target.closest("[data-week]");
  if (to) {
    shown = to.dataset.week;
    await load();
  }
  const chosen = event.target.closest("[data-id]");
  if (!chosen) return;
  if (chosen.dataset.id === open) {
    shut();
    return;
  }
  await show(chosen.dataset.id);
  note.querySelector("h3")?.focus();
});

note.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) shut();
  const form = event.target.closest("[data-delete]")?.form;
  if (form) staffDo(`${form.dataset.id}/delete`);
});
note.addEventListener("keydown", (event) => {
  if (event.key === "Escape") shut();
});
note.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const to = { day: form.elements.day.value, time: form.elements.time.value };
  staffDo(`${form.dataset.id}/move`, to);
});
byId("block").addEventListener("submit", (event) => {
  event.preventDefault();
  staffDo("blocks", { day: byId("block-day").value, part: byId("block-part").value });
});
