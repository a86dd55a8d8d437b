// A button that was pressed shows that it works, and ignores further presses until the answer.
// Polls rest while nobody looks at the tab.

function start(button) {
  if (!button?.matches("button, [role=switch]") || button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  if (button.querySelector(".btn-busy") || button.matches(".switch")) button.classList.add("is-working");
  button.dataset.worksNow = "";
}

function stop(button) {
  if (!button || !("worksNow" in button.dataset)) return;
  delete button.dataset.worksNow;
  button.removeAttribute("aria-disabled");
  button.classList.remove("is-working");
}

function pressed(context) {
  const source = context.sourceElement;
  if (source.matches("button")) return source;
  return source.matches("form") ? (context.request.submitter ?? source.querySelector("[type=submit]")) : null;
}

function refuseIfOff(event) {
  const button = event.type === "submit" ? event.submitter : event.target.closest?.("button, a.btn");
  if (button?.getAttribute("aria-disabled") !== "true") return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

document.addEventListener("click", refuseIfOff, true);
document.addEventListener("submit", refuseIfOff, true);
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) start(event.submitter);
});
document.addEventListener("htmx:before:request", (event) => start(pressed(event.detail.ctx)));
document.addEventListener("htmx:finally:request", (event) => stop(pressed(event.detail.ctx)));
// The back button shows a page as it was left: mid-work.
addEventListener("pageshow", () => document.querySelectorAll("[data-works-now]").forEach(stop));

document.addEventListener("htmx:config:request", (event) => {
  if (document.hidden && event.detail.ctx.sourceEvent?.type === "every") event.preventDefault();
});
