// What pages do beyond links and forms. Each module listens on the document, so content that
// htmx swaps in needs no wiring, and everything still posts when no script runs.
import "./working.js";
import "./toasts.js";
import "./rows.js";
import "./selection.js";
import "./menu.js";
import "./dialog.js";
import "./combobox.js";
import "./small.js";
