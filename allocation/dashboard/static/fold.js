// A button that shows or hides what is under it; screen readers are told which.
function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-button allocation-fold-button";

  const show = () => {
    button.textContent = model.get("description");
    button.setAttribute("aria-expanded", String(model.get("value")));
  };
  button.addEventListener("click", () => {
    model.set("value", !model.get("value"));
    model.save_changes();
  });
  model.on("change", show);
  show();
  el.appendChild(button);
  return () => model.off("change", show);
}

export default { render };
