// The names of the page's rooms as tabs. The room is in the page's address too, so that a reload, a bookmark and the
// browser's Back keep it.
const panelOf = (room) => `allocation-room-${room}`;

function render({ model, el }) {
  const list = document.createElement("div");
  list.className = "allocation-nav";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Rooms");
  const tabs = new Map();
  for (const [room, title] of model.get("rooms")) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `allocation-tab-${room}`;
    tab.textContent = title;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panelOf(room));
    tab.addEventListener("click", () => go(room));
    list.appendChild(tab);
    tabs.set(room, tab);
  }
  el.appendChild(list);

  function go(room) {
    if (!tabs.has(room)) return;
    model.set("room", room);
    model.save_changes();
    if (location.hash !== `#${room}`) history.pushState(null, "", `#${room}`);
  }

  const fromAddress = () => go(location.hash.slice(1));

  function mark() {
    if (!document.querySelector("main, [role=main]")) list.closest(".allocation")?.setAttribute("role", "main");
    const chosen = model.get("room");
    for (const [room, tab] of tabs) {
      tab.setAttribute("aria-selected", String(room === chosen));
      tab.tabIndex = room === chosen ? 0 : -1;
      // The panels are boxes of ipywidgets, which know no roles.
      const panel = document.querySelector(`.${panelOf(room)}`);
      if (!panel || panel.id) continue;
      panel.id = panelOf(room);
      panel.tabIndex = 0;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
    }
  }

  list.addEventListener("keydown", (event) => {
    const rooms = [...tabs.keys()];
    const here = rooms.indexOf(model.get("room"));
    const steps = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: rooms.length - 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const room = rooms[(steps[event.key] + rooms.length) % rooms.length];
    go(room);
    tabs.get(room).focus();
  });

  mark();
  model.on("change:room", mark);
  const arriving = new MutationObserver(mark);
  arriving.observe(document.body, { childList: true, subtree: true });
  window.addEventListener("popstate", fromAddress);
  document.documentElement.lang ||= "en";
  model.set("locale", navigator.language || "");
  if (tabs.has(location.hash.slice(1))) model.set("room", location.hash.slice(1));
  model.save_changes();

  return () => {
    arriving.disconnect();
    window.removeEventListener("popstate", fromAddress);
    model.off("change:room", mark);
  };
}

export default { render };
