// Questions before something irreversible. A link with data-dialog opens the <dialog> of that id;
// a dialog that a swap brings in with data-open-now opens itself and goes away when closed.
// The browser puts the focus on the `autofocus` button, the safe one, and Esc equals it.
import { rememberFocus, restoreFocus } from "./focus.js";

function open(dialog) {
  rememberFocus();
  dialog.addEventListener("close", restoreFocus, { once: true });
  dialog.showModal();
}

function openArrivals() {
  for (const dialog of document.querySelectorAll("dialog[data-open-now]")) {
    delete dialog.dataset.openNow;
    dialog.addEventListener("close", () => dialog.remove(), { once: true });
    open(dialog);
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-dialog]");
  if (opener) {
    event.preventDefault();
    open(document.getElementById(opener.dataset.dialog));
  }
  const dialog = event.target.closest?.("dialog");
  if (dialog && (event.target.closest("[data-close]") || event.target === dialog)) {
    event.preventDefault();
    dialog.close();
  }
});
document.addEventListener("htmx:after:swap", openArrivals);
openArrivals();
document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.response?.status < 400) ctx.sourceElement.closest?.("dialog[open]")?.close();
});
