// The customer combobox: WAI-ARIA Authoring Practices, "editable combobox with list autocomplete",
// manual selection. The input asks the server through htmx; this file opens, moves, picks, closes.
// Without a script the same input is a plain field with a <datalist>.
import { say } from "./say.js";

const QUIET_MS = 200; // with the 300 ms the input itself waits: 500 ms after typing stops

const comboOf = (node) => node?.closest?.("[data-combo]");
const inputOf = (combo) => combo.querySelector("[role=combobox]");
const panelOf = (combo) => combo.querySelector(".combo-panel");
const optionsOf = (combo) => [...panelOf(combo).querySelectorAll("[role=option]")];
const activeOf = (combo) => panelOf(combo).querySelector("[aria-selected=true]");
const isOpen = (combo) => !panelOf(combo).hidden;

function setActive(combo, option) {
  activeOf(combo)?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) inputOf(combo).setAttribute("aria-activedescendant", option.id);
  else inputOf(combo).removeAttribute("aria-activedescendant");
}

function setOpen(combo, open) {
  if (!open) setActive(combo, null);
  panelOf(combo).hidden = !open;
  inputOf(combo).setAttribute("aria-expanded", String(open));
}

function openOrAsk(combo) {
  if (optionsOf(combo).length) setOpen(combo, true);
  else inputOf(combo).dispatchEvent(new Event("open-list"));
}

function setChosen(combo, { label = "", value = "", meta = "" } = {}) {
  combo.querySelector("input[type=hidden]").value = value;
  combo.querySelector(".combo-ghost").replaceChildren(Object.assign(document.createElement("i"), { textContent: label }), meta && ` · ${meta}`);
  combo.classList.toggle("is-chosen", Boolean(value));
}

function pick(combo, option) {
  const input = inputOf(combo);
  input.value = option.dataset.label;
  input.removeAttribute("aria-invalid");
  setChosen(combo, option.dataset);
  setOpen(combo, false);
  input.focus();
}

function clear(combo) {
  inputOf(combo).value = "";
  setChosen(combo);
  inputOf(combo).focus();
}

function move(combo, by) {
  const options = optionsOf(combo);
  const at = options.indexOf(activeOf(combo));
  const to = at < 0 && by < 0 ? options.length - 1 : (at + by + options.length) % options.length;
  setActive(combo, options[to]);
}

function onArrow(combo, event) {
  if (!isOpen(combo)) openOrAsk(combo);
  else if (!event.altKey) move(combo, event.key === "ArrowDown" ? 1 : -1);
  else setOpen(combo, event.key === "ArrowDown");
  return true;
}

// Each handler says whether it used the key.
const KEYS = {
  ArrowDown: onArrow,
  ArrowUp: onArrow,
  Enter(combo) {
    const option = isOpen(combo) && activeOf(combo);
    if (option) pick(combo, option);
    return Boolean(option);
  },
  Escape(combo) {
    if (isOpen(combo)) setOpen(combo, false);
    else clear(combo);
    return true;
  },
  Tab(combo) {
    setOpen(combo, false);
    return false;
  },
};

document.addEventListener("keydown", (event) => {
  const combo = event.target.matches?.("[role=combobox]") && comboOf(event.target);
  if (combo && KEYS[event.key]?.(combo, event)) event.preventDefault();
});

document.addEventListener("input", (event) => {
  const combo = event.target.matches?.("[role=combobox]") && comboOf(event.target);
  if (!combo) return;
  setChosen(combo);
  if (!event.target.value) setOpen(combo, false);
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[role=combobox]")) event.target.removeAttribute("list");
});
document.addEventListener("focusout", (event) => {
  const combo = comboOf(event.target);
  if (combo && !combo.contains(event.relatedTarget)) setOpen(combo, false);
});

// A press on an option must not take the focus from the input.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.(".combo-panel")) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const option = event.target.closest?.("[data-combo] [role=option]");
  if (option) return pick(comboOf(option), option);
  if (event.target.closest?.(".combo-clear")) return clear(comboOf(event.target));
  const suggestion = event.target.closest?.("[data-pick]");
  if (!suggestion) return;
  event.preventDefault();
  pick(comboOf(document.getElementById(suggestion.dataset.pick)), suggestion);
});

document.addEventListener("htmx:after:swap", (event) => {
  const input = event.detail.ctx.sourceElement;
  const combo = input?.matches?.("[role=combobox]") && comboOf(input);
  if (!combo || document.activeElement !== input) return;
  setOpen(combo, true);
  const news = panelOf(combo).querySelector("[data-say]")?.dataset.say;
  if (news) say(news, QUIET_MS);
});
