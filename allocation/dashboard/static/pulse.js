// Asks the kernel now and then whether it is still there, and says so on the page when it isn't: what is typed into a page
// without a kernel reaches nobody. The house page also knows at once when a kernel has ended, and that a busy one is there.
// When a person comes back to the page, the kernel looks whether the portfolio has changed meanwhile.
const EVERY = 5000;
const PATIENCE = 15000;
const A_MOMENT = 400;
const LOST =
  "The dashboard has stopped, or this page has lost it. Nothing entered here is saved. Start it again if needed, and " +
  "reload the page.";
const ENDED = "The program behind this page has ended. Nothing entered here is saved any more. Reload the page.";
const AWAY =
  "The connection to the dashboard is interrupted. The page tries again by itself; what you enter meanwhile is done " +
  "once it is back.";
const BUSY = "Still calculating. What you enter meanwhile comes after it.";

function render({ model, el }) {
  const notice = document.createElement("div");
  const reload = document.createElement("button");
  reload.type = "button";
  reload.className = "jupyter-widgets jupyter-button widget-button";
  reload.textContent = "Reload the page";
  reload.addEventListener("click", () => location.reload());
  notice.setAttribute("role", "alert");
  el.appendChild(notice);
  let heard = Date.now();
  let shown = "";

  const state = () => document.body.dataset.kernelState;
  const trouble = () => {
    if (state() === "dead") return ENDED;
    if (state() === "lost") return LOST;
    if (state() === "away") return AWAY;
    if (Date.now() - heard < PATIENCE) return "";
    return state() === "busy" ? BUSY : LOST;
  };
  const show = () => {
    const text = trouble();
    if (shown === text) return;
    shown = text;
    notice.className = { "": "", [BUSY]: "allocation-note", [AWAY]: "allocation-note" }[text] ?? "allocation-wrong allocation-lost";
    notice.replaceChildren(`${text} `, ...([LOST, ENDED].includes(text) ? [reload] : []));
  };
  const receive = () => {
    heard = Date.now();
    show();
  };
  const isSeen = () => document.visibilityState === "visible";
  const ask = () => {
    model.send({ kind: "pulse", look: isSeen() && !document.hasFocus() });
    show();
  };

  // Whoever comes back by a click or a key means what the page shows: that is done first.
  let looking = 0;
  let pressed = false;
  const look = () => {
    looking = 0;
    if (pressed) lookSoon();
    else if (isSeen()) model.send({ kind: "pulse", look: true });
  };
  const lookSoon = () => {
    clearTimeout(looking);
    looking = setTimeout(look, A_MOMENT);
  };
  const wait = ({ type }) => {
    pressed = type === "pointerdown";
    if (looking) lookSoon();
  };
  const acts = ["pointerdown", "pointerup", "pointercancel", "keydown"];
  addEventListener("focus", lookSoon);
  document.addEventListener("visibilitychange", lookSoon);
  for (const act of acts) addEventListener(act, wait, { capture: true });
  model.on("msg:custom", receive);
  addEventListener("allocation:kernel", show);
  const asking = setInterval(ask, EVERY);

  return () => {
    clearInterval(asking);
    clearTimeout(looking);
    removeEventListener("focus", lookSoon);
    document.removeEventListener("visibilitychange", lookSoon);
    for (const act of acts) removeEventListener(act, wait, { capture: true });
    removeEventListener("allocation:kernel", show);
    model.off("msg:custom", receive);
  };
}

export default { render };
