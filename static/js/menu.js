// A <details> with links or one-button forms becomes a menu button (APG): arrows, Home, End,
// letters, Esc, Tab. Without a script it stays a plain disclosure.

const itemsOf = (menu) => [...menu.querySelectorAll(".menu-item")];

function dress(menu) {
  const panel = menu.querySelector(".menu-panel");
  panel.setAttribute("role", "menu");
  panel.setAttribute("aria-labelledby", menu.querySelector("summary").id);
  panel.querySelectorAll("form").forEach((form) => form.setAttribute("role", "none"));
  for (const item of itemsOf(menu)) {
    item.setAttribute("role", "menuitem");
    item.tabIndex = -1;
  }
}

function close(menu, giveFocus) {
  menu.open = false;
  if (giveFocus) menu.querySelector("summary").focus();
}

function step(menu, key) {
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement);
  const to = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (at - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  }[key];
  items[to].focus();
}

function jump(menu, letter) {
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement);
  const turned = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  turned.find((item) => item.textContent.trim().toLowerCase().startsWith(letter.toLowerCase()))?.focus();
}

function onKey(event, menu) {
  if (event.key === "Escape") close(menu, true);
  else if (event.key === "Tab") return close(menu, false);
  else if (["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) step(menu, event.key);
  else if (/^\p{L}$/u.test(event.key) && !event.ctrlKey && !event.metaKey) jump(menu, event.key);
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-menu]");
  if (menu?.open) return onKey(event, menu);
  if (menu && event.key === "ArrowDown" && event.target.matches("summary")) {
    event.preventDefault();
    menu.open = true;
  }
  const popover = event.key === "Escape" && event.target.closest?.("[data-popover][open]");
  if (popover) close(popover, true);
});

// `toggle` does not bubble: listen on the way down.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("[data-menu]") || !event.target.open) return;
  dress(event.target);
  itemsOf(event.target)[0]?.focus();
}, true);

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("[data-menu][open], [data-popover][open]")) {
    const chosen = event.target.closest?.(".menu-item");
    if (!open.contains(event.target) || (chosen && open.contains(chosen))) open.open = false;
  }
});
