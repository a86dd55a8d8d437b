// Messages at the foot of the page: plain ones leave after 6 s (not while pointed at or focused),
// those with a button stay. A request that never arrived, or met a 5xx, becomes one with "Try again".

const LIFE_MS = 6000;

function leaveInTime(toast) {
  let left = LIFE_MS, since, timer;
  const run = () => {
    since = Date.now();
    timer = setTimeout(() => toast.remove(), left);
  };
  const hold = () => {
    clearTimeout(timer);
    left -= Date.now() - since;
  };
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, hold);
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, run);
  run();
}

function welcome(node) {
  if (node.matches?.("[data-toast]:not([data-stays])")) leaveInTime(node);
}

const stack = document.getElementById("toasts");
stack.childNodes.forEach(welcome);
new MutationObserver((changes) => {
  for (const change of changes) change.addedNodes.forEach(welcome);
}).observe(stack, { childList: true });

stack.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-toast]")) event.target.closest("[data-toast]").remove();
});

/** Show the toast of <template id>; its button runs `again`. The same toast is never shown twice. */
export function showToast(templateId, again) {
  stack.querySelector(`[data-from="${templateId}"]`)?.remove();
  const toast = document.getElementById(templateId).content.firstElementChild.cloneNode(true);
  toast.dataset.from = templateId;
  toast.querySelector("[data-again]").addEventListener("click", () => {
    toast.remove();
    again();
  });
  stack.append(toast);
}

function repeat(context) {
  const { sourceElement: source, sourceEvent: event, request } = context;
  if (source.matches("form")) source.requestSubmit(request.submitter?.isConnected ? request.submitter : null);
  else window.htmx.trigger(source, event.type);
}

function reportLoss(context) {
  if (!context?.request || context.sourceEvent?.type === "every") return;
  const saving = context.request.method !== "GET";
  showToast(saving ? "toast-not-saved" : "toast-not-loaded", () => repeat(context));
}

document.addEventListener("htmx:error", (event) => reportLoss(event.detail.ctx));
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail.ctx.response.status >= 500) reportLoss(event.detail.ctx);
});
// An action taken inside a toast (Undo) ends that toast.
document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.response?.status < 400) ctx.sourceElement.closest("[data-toast]")?.remove();
});
