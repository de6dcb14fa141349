// What a page that refreshes itself must not do: work while nobody looks, or take away what a person is doing.
// Without this script, and without any script, every page works; it then refreshes when it is loaded.
"use strict";

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
});

function selecting(part) {
  const chosen = document.getSelection();
  return Boolean(chosen && !chosen.isCollapsed && part.contains(chosen.anchorNode));
}

function inUse(part) {
  return part.dataset.touched === "yes" || part.contains(document.activeElement) || part.querySelector("details[open]") !== null;
}

document.addEventListener("input", (event) => {
  const part = event.target.closest("[data-spare]");
  if (part) part.dataset.touched = "yes";
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (selecting(event.detail.target)) event.detail.shouldSwap = false;
});

// What a person has unfolded stays so when the part around it is refreshed.
let unfolded = [];

document.addEventListener("htmx:beforeSwap", (event) => {
  unfolded = Array.from(event.detail.target.querySelectorAll("details[id][open]"), (one) => one.id);
});

document.addEventListener("htmx:afterSwap", () => {
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
});

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const part = event.detail.target;
  const spared = part.hasAttribute("data-spare") && inUse(part);
  if (!spared && !selecting(part)) return;
  event.detail.shouldSwap = false;
  const changed = document.getElementById("changed");
  if (changed && part.id === "lines") changed.hidden = false;
});

// The second click of a double click is not a second decision. (The server sees to that too.)
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent === "yes") event.preventDefault();
  else if (event.target.method === "post") event.target.dataset.sent = "yes";
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
