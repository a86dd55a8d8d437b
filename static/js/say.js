// The one live region: assistive technology reads what is put here, once.

let timer;

/** Speak `text`, after `delay` ms without another call. */
export function say(text, delay = 0) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    document.getElementById("say").textContent = text;
  }, delay);
}
