// Choosing rows: all, a range with Shift, and how many the bar says.

let last = null;

const boxesOf = (list) => [...list.querySelectorAll("[data-select]:not(:disabled)")];

function refresh(list) {
  const boxes = boxesOf(list);
  const chosen = boxes.filter((box) => box.checked).length;
  for (const all of list.querySelectorAll("[data-select-all]")) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const label of list.querySelectorAll("[data-many]")) {
    label.textContent = (chosen === 1 ? label.dataset.one : label.dataset.many).replace("{n}", chosen);
  }
}

function chooseRange(list, from, to) {
  const boxes = boxesOf(list);
  const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
  if (start < 0) return;
  for (const box of boxes.slice(start, end + 1)) box.checked = to.checked;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("[data-select]");
  if (!box) return;
  const list = box.closest("[data-list]");
  if (event.shiftKey && last?.isConnected) chooseRange(list, last, box);
  last = box;
  refresh(list);
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-select-all]")) return;
  const list = event.target.closest("[data-list]");
  for (const box of boxesOf(list)) box.checked = event.target.checked;
  refresh(list);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-clear-selection]")) return;
  const list = event.target.closest("[data-list]");
  for (const box of boxesOf(list)) box.checked = false;
  refresh(list);
  list.querySelector("thead [data-select-all], [data-select]")?.focus();
});

document.addEventListener("htmx:after:swap", () => document.querySelectorAll("[data-list]").forEach(refresh));
document.querySelectorAll("[data-list]").forEach(refresh);
