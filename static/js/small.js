// Small helps: copy to the clipboard, fill a field with a suggestion.
import { say } from "./say.js";

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  say(button.dataset.copied);
  const label = button.querySelector("span");
  if (!label) return;
  const before = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = before; }, 2000);
}

function fill(button) {
  const input = document.getElementById(button.dataset.fill);
  input.value = button.value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.focus();
}

document.addEventListener("click", (event) => {
  const copier = event.target.closest?.("[data-copy]");
  if (copier) copy(copier);
  const filler = event.target.closest?.("[data-fill]");
  if (filler) {
    event.preventDefault();
    fill(filler);
  }
});
