// Where the keyboard stands after a swap or a removal: the same id, else the next row's first
// action, else the previous row's, else the list's heading.

const ROW = "[id^='qb-row-']";
const ACTIONS = ["[role=combobox]:not([readonly])", ".row-actions .btn", "a, button"];

let place = null;

function siblingRow(row, direction) {
  let other = row?.[direction];
  while (other && (!other.matches(ROW) || other.hidden || "leaving" in other.dataset)) other = other[direction];
  return other;
}

/** Remember where the focus is, before something takes its element (or `row`) away. */
export function rememberFocus(row = null) {
  const active = document.activeElement;
  if (!row && (!active || active === document.body)) return;
  row ??= active.closest(ROW) ?? rowOf(active);
  place = {
    id: active?.id,
    next: siblingRow(row, "nextElementSibling")?.id,
    previous: siblingRow(row, "previousElementSibling")?.id,
  };
}

function rowOf(element) {
  const detail = element.closest("[id^='qb-detail-']");
  return detail && document.getElementById(detail.id.replace("detail", "row"));
}

function candidates() {
  const firstAction = (id) => {
    const row = id && document.getElementById(id);
    return row && ACTIONS.map((selector) => row.querySelector(selector)).find(Boolean);
  };
  return [
    place.id && document.getElementById(place.id),
    firstAction(place.next),
    firstAction(place.previous),
    document.getElementById("qb-list-title"),
  ];
}

/** Give the focus back when the element that had it is gone. */
export function restoreFocus() {
  if (!place) return;
  if (document.activeElement === document.body) {
    candidates().find((element) => element && element.checkVisibility())?.focus({ preventScroll: true });
  }
  place = null;
}

document.addEventListener("htmx:before:swap", () => rememberFocus());
document.addEventListener("htmx:after:swap", restoreFocus);
