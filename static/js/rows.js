// Rows of the error lists: opening the detail, leaving when fixed, going at once when ignored.
import { rememberFocus, restoreFocus } from "./focus.js";

const STAY_MS = 4000;

// ---- detail: a skeleton stands where the answer will be swapped in ----

function setOpen(expander, open) {
  expander.setAttribute("aria-expanded", String(open));
  document.getElementById(expander.dataset.row)?.classList.toggle("is-expanded", open);
}

function insertSkeleton(expander, detailId) {
  const skeleton = document.getElementById("qb-skeleton").content.firstElementChild.cloneNode(true);
  skeleton.id = detailId;
  document.getElementById(expander.dataset.row).after(skeleton);
}

document.addEventListener("click", (event) => {
  const expander = event.target.closest?.("[data-expander]");
  if (!expander || event.ctrlKey || event.metaKey) return;
  const detailId = expander.dataset.detail;
  if (expander.getAttribute("aria-expanded") === "true") {
    document.getElementById(detailId)?.remove();
    setOpen(expander, false);
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  insertSkeleton(expander, detailId);
  setOpen(expander, true);
}, true);

function closeAfterFailure(context) {
  const expander = context?.sourceElement;
  if (!expander?.matches("[data-expander]")) return;
  document.getElementById(expander.dataset.detail)?.remove();
  setOpen(expander, false);
}
document.addEventListener("htmx:error", (event) => closeAfterFailure(event.detail.ctx));
document.addEventListener("htmx:response:error", (event) => closeAfterFailure(event.detail.ctx));

// ---- leaving: 4 s after it was fixed; the focus moves on if it was in the row ----

function removeRow(row) {
  if (!row?.isConnected) return;
  const list = row.closest("[data-list]");
  const hadFocus = row.contains(document.activeElement);
  if (hadFocus) rememberFocus(row);
  row.dataset.leaving = "";
  document.getElementById(row.id.replace("row", "detail"))?.remove();
  row.remove();
  if (hadFocus) restoreFocus();
  if (list && !list.querySelector("tbody > [id^='qb-row-']")) list.dispatchEvent(new Event("list-empty"));
}

function scheduleLeaving() {
  for (const row of document.querySelectorAll("[data-leaves]")) {
    delete row.dataset.leaves;
    setTimeout(() => removeRow(row), STAY_MS);
  }
}
document.addEventListener("htmx:after:swap", scheduleLeaving);
scheduleLeaving();

// ---- data-hides: the row goes before the answer, and comes back if it is refused.
// ---- data-removes: the row goes once the answer is yes.

function rowNamedBy(context, key) {
  const holder = context.sourceElement.closest?.(`[data-${key}]`);
  return holder && document.getElementById(holder.dataset[key]);
}

function setHidden(row, hidden) {
  row.hidden = hidden;
  const detail = document.getElementById(row.id.replace("row", "detail"));
  if (detail) detail.hidden = hidden;
}

document.addEventListener("htmx:before:request", (event) => {
  const row = rowNamedBy(event.detail.ctx, "hides");
  if (!row) return;
  rememberFocus(row);
  setHidden(row, true);
  document.activeElement.blur();
  restoreFocus();
});
document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  const row = rowNamedBy(ctx, "hides") ?? rowNamedBy(ctx, "removes");
  if (!row) return;
  if (!(ctx.response?.status < 400)) return setHidden(row, false);
  ctx.sourceElement.closest?.("dialog")?.close(); // the focus is back in the row, and moves on from there
  removeRow(row);
});
