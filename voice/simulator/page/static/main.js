// Brings the page to life: one connection for what the line tells, and who listens to it.

import * as calendar from "./calendar.js";
import * as call from "./call.js";
import * as activity from "./activity.js";
import * as texts from "./texts.js";
import { draggable } from "./drag.js";

document.addEventListener("call-begins", activity.begin);
for (const news of ["call-begins", "caller-chosen"]) document.addEventListener(news, texts.refresh);
draggable(
  (event, day, time) => calendar.staffDo(`${event.id}/move`, { day, time }),
  calendar.released,
);

const events = new EventSource("/phone/events");
const on = (kind, does) => events.addEventListener(kind, (event) => does(JSON.parse(event.data)));

events.addEventListener("open", () => {
  call.ready();
  calendar.changed();
  texts.refresh();
});
for (const kind of ["segment", "key", "not_heard", "ended"]) on(kind, (told) => call.happened(kind, told));
on("document", (told) => call.whenOurs(told, activity.turn));
on("steps", (told) => call.whenOurs(told, ({ steps }) => activity.kept(steps)));
on("did", (told) => {
  activity.lineDid(told.words);
  if (told.event) call.whenOurs(told, () => calendar.show(told.event, told.day));
});
on("staff", (told) => activity.staffDid(told.words));
on("week", () => calendar.changed());
for (const kind of ["texts", "did", "ended", "week"]) on(kind, texts.refresh);
