// A switch that keeps its state as long as the browser's tab is open.
function render({ model, el }) {
  const key = `allocation.${model.get("name")}`;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "allocation-switch";
  button.setAttribute("role", "switch");
  button.textContent = model.get("description");

  const mark = () => button.setAttribute("aria-checked", String(model.get("value")));
  const set = (value) => {
    model.set("value", value);
    model.save_changes();
    sessionStorage.setItem(key, value ? "on" : "");
  };
  button.addEventListener("click", () => set(!model.get("value")));
  model.on("change:value", mark);
  mark();
  if (sessionStorage.getItem(key) && !model.get("value")) set(true);
  el.appendChild(button);
  return () => model.off("change:value", mark);
}

export default { render };
