// Asks the kernel now and then whether it is still there, and says so on the page when it isn't: what is typed into a page
// without a kernel reaches nobody.
const EVERY = 5000;
const PATIENCE = 15000;

function render({ model, el }) {
  const notice = document.createElement("div");
  notice.setAttribute("role", "alert");
  el.appendChild(notice);
  let heard = Date.now();

  const receive = () => {
    heard = Date.now();
  };
  const ask = () => {
    model.send({ kind: "pulse" });
    const lost = Date.now() - heard > PATIENCE;
    notice.className = lost ? "allocation-wrong allocation-lost" : "";
    notice.textContent = lost
      ? "The dashboard has stopped, or this page has lost it. Nothing entered here is saved. Start it again if needed, " +
        "and reload the page."
      : "";
  };
  model.on("msg:custom", receive);
  const asking = setInterval(ask, EVERY);

  return () => {
    clearInterval(asking);
    model.off("msg:custom", receive);
  };
}

export default { render };
