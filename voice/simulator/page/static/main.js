// Connects the parts of the page to what the line sends.

import * as activity from "./activity.js";
import * as calendar from "./calendar.js";
import * as call from "./call.js";
import * as calls from "./calls.js";
import * as options from "./options.js";
import * as texts from "./texts.js";
import { connect, on } from "./connection.js";
import { draggable } from "./drag.js";
import { byId } from "./post.js";

const header = byId("top");
new ResizeObserver(() => {
  document.documentElement.style.setProperty("--header", `${header.offsetHeight}px`);
}).observe(header);

document.addEventListener("call-begins", activity.begin);
document.addEventListener("call-ends", (event) => { if (!event.detail.again) activity.reached("call"); });
document.addEventListener("text-arrives", () => activity.reached("text"));
for (const news of ["call-begins", "caller-chosen"]) document.addEventListener(news, texts.refresh);
draggable(
  (event, day, time) => calendar.staffDo(`${event.id}/move`, { day, time }),
  calendar.released,
);

for (const kind of ["segment", "key", "not_heard", "ended"]) on(kind, (told) => call.happened(kind, told));
on("document", (told) => call.whenOurs(told, activity.turn));
on("steps", (told) => call.whenOurs(told, ({ steps }) => activity.kept(steps)));
on("did", (told) => {
  activity.lineDid(told.words);
  if (told.day) call.whenOurs(told, () => calendar.lead(told.day, told.event_id));
  if (told.event_id) call.whenOurs(told, () => activity.reached("visit"));
});
on("staff", (told) => activity.staffDid(told.words));
on("clock", options.clock);
on("week", () => calendar.changed());
for (const kind of ["texts", "did", "ended", "week"]) on(kind, texts.refresh);

connect(() => {
  call.ready();
  calls.refresh();
  calendar.changed();
  texts.refresh();
}, call.stopped);
