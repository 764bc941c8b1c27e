// A button that asks the kernel for a file when it is clicked, so that what is downloaded is what is on the page.
function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-widgets jupyter-button widget-button";
  button.textContent = model.get("description");
  const status = document.createElement("span");
  status.className = "allocation-note";
  status.setAttribute("role", "status");

  const ask = () => {
    status.textContent = "";
    model.send({ kind: "download" });
  };
  const receive = (message, buffers) => {
    if (message.kind === "sentence") status.textContent = message.text;
    if (message.kind !== "file") return;
    const address = URL.createObjectURL(new Blob([buffers[0]], { type: message.type }));
    const link = document.createElement("a");
    link.href = address;
    link.download = message.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    status.textContent = `Downloaded ${message.name}`;
  };
  const enable = () => {
    button.disabled = model.get("disabled");
  };

  enable();
  button.addEventListener("click", ask);
  model.on("msg:custom", receive);
  model.on("change:disabled", enable);
  el.append(button, status);

  return () => {
    model.off("msg:custom", receive);
    model.off("change:disabled", enable);
  };
}

export default { render };
