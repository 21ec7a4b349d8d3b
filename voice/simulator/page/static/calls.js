// The call log: the last ten calls, each to be heard again or kept as a test.

import { byId, make, request } from "./post.js";
import { hearAgain } from "./call.js";

const list = byId("calls");

export async function refresh() {
  const calls = await request("/phone/calls").catch(() => null);
  if (calls?.length) list.replaceChildren(...calls.map(row));
}

function row(call) {
  const item = make("li");
  for (const words of call.outcome) item.append(make("p", words));
  item.append(make("p", `${call.began}, from ${call.caller}, ${length(call.seconds)}. ${call.why}.`, "quiet"));
  const actions = make("div", undefined, "actions");
  const again = make("button", "Hear it again");
  again.type = "button";
  again.addEventListener("click", () => hearAgain(call.call));
  actions.append(again, forDevelopers(call));
  item.append(actions);
  return item;
}

function forDevelopers(call) {
  const details = make("details");
  const keep = make("p", undefined, "keep");
  const save = make("a", "Save this call as a test", "button");
  save.href = `/phone/calls/${call.call}/transcript`;
  save.download = "";
  const copy = make("button", "Copy a link that places it again");
  copy.type = "button";
  copy.dataset.keys = call.keys;
  copy.addEventListener("click", () => copyLink(call.keys));
  keep.append(save, copy);
  details.append(make("summary", "For developers"), keep);
  return details;
}

function length(seconds) {
  const minutes = Math.floor(seconds / 60);
  return minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

async function copyLink(keys) {
  const kept = new URLSearchParams({ keys });
  for (const name of ["caller", "when", "staff"]) kept.set(name, byId(name).value);
  if (byId("when").value === "skipped") kept.set("when", "now");
  if (byId("caller").value === "other") kept.set("number", byId("number").value.trim());
  const address = `${location.origin}/phone#${kept}`;
  try {
    await navigator.clipboard.writeText(address);
    byId("calls-said").textContent = "Copied.";
  } catch {
    byId("calls-said").textContent = address;
  }
}

document.addEventListener("call-ends", refresh);
