// One of a few, side by side: a group of radio buttons.
function render({ model, el }) {
  const group = document.createElement("div");
  group.className = "allocation-segments";
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-label", model.get("label"));
  const buttons = new Map();

  const choose = (option) => {
    model.set("value", option);
    model.save_changes();
  };
  for (const option of model.get("options")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = option;
    button.setAttribute("role", "radio");
    button.addEventListener("click", () => choose(option));
    group.appendChild(button);
    buttons.set(option, button);
  }
  const mark = () => {
    for (const [option, button] of buttons) {
      const chosen = option === model.get("value");
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
  };
  group.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const options = [...buttons.keys()];
    const next = options[(options.indexOf(model.get("value")) + step + options.length) % options.length];
    choose(next);
    buttons.get(next).focus();
  });
  mark();
  model.on("change:value", mark);
  el.appendChild(group);
  return () => model.off("change:value", mark);
}

export default { render };
