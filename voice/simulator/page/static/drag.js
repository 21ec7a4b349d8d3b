// Dragging an event to another time, in steps of ten minutes, from day to day.

import { byId } from "./post.js";

const STEP = 10;
const FAR_ENOUGH = 5;
const columns = matchMedia("(min-width: 48rem)");
const week = byId("week");
let drag = null;

export const dragging = () => drag !== null;

// `dropped` gets what was moved and where to; `released` is called when nothing was moved.
export function draggable(dropped, released) {
  week.addEventListener("pointerdown", (event) => {
    const element = event.target.closest(".event[data-id]");
    if (!element || event.button !== 0 || !columns.matches) return;
    const grid = element.closest(".week");
    const column = element.parentElement;
    drag = {
      element, grid, column,
      home: column,
      minute: column.getBoundingClientRect().height / (grid.dataset.last - grid.dataset.first),
      grip: event.clientY - element.getBoundingClientRect().top,
      x: event.clientX, y: event.clientY,
      from: Number(element.dataset.from), length: element.dataset.to - element.dataset.from,
      moved: false,
    };
    event.preventDefault();
    element.focus();
  });
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", () => drop(dropped, released));
  document.addEventListener("pointercancel", () => back(released));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") back(released);
  });
  week.addEventListener("click", (event) => {
    if (!week.classList.contains("dropping")) return;
    week.classList.remove("dropping");
    event.stopImmediatePropagation();
  }, true);
}

function move(event) {
  if (!drag) return;
  if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR_ENOUGH) return;
  drag.moved = true;
  drag.element.classList.add("dragged");
  const under = [...drag.grid.querySelectorAll(".column")].find((column) => {
    const edges = column.getBoundingClientRect();
    return event.clientX >= edges.left && event.clientX < edges.right;
  });
  if (under && under !== drag.column) {
    under.append(drag.element);
    drag.column = under;
  }
  const first = Number(drag.grid.dataset.first);
  const top = event.clientY - drag.grip - drag.column.getBoundingClientRect().top;
  const steps = Math.round(top / drag.minute / STEP) * STEP;
  const most = drag.grid.dataset.last - first - drag.length;
  put(Math.min(Math.max(steps, 0), most) + first);
}

function put(from) {
  const first = drag.grid.dataset.first;
  drag.from = from;
  drag.element.style.setProperty("--from", from - first);
  drag.element.style.setProperty("--to", from + drag.length - first);
}

function drop(dropped, released) {
  if (!drag) return;
  const { element, column, from, moved } = drag;
  drag = null;
  element.classList.remove("dragged");
  if (!moved) {
    released();
    return;
  }
  week.classList.add("dropping");
  setTimeout(() => week.classList.remove("dropping"));
  const time = `${String(Math.floor(from / 60)).padStart(2, "0")}:${String(from % 60).padStart(2, "0")}`;
  dropped(element.dataset, column.parentElement.dataset.day, time);
}

function back(released) {
  if (!drag) return;
  const { element, home } = drag;
  put(Number(element.dataset.from));
  home.append(element);
  element.classList.remove("dragged");
  drag = null;
  released();
}
