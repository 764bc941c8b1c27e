// Files from a person's machine to the kernel, in pieces: one message of their size might be too large for the socket.
const PIECE = 2 * 1024 * 1024;

function render({ model, el }) {
  const label = document.createElement("label");
  label.className = "allocation-drop";
  const words = document.createElement("span");
  words.textContent = model.get("description");
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  label.append(words, input);
  const state = document.createElement("p");
  state.setAttribute("role", "status");
  el.append(label, state);

  let taken = null;
  let busy = false;
  const receive = (message) => {
    if (message.kind === "taken") taken?.();
  };
  model.on("msg:custom", receive);

  // The next piece goes when the kernel has the last one, so that no pile of them is waiting.
  const give = (content, piece) =>
    new Promise((resolve) => {
      taken = resolve;
      model.send(content, undefined, piece ? [piece] : []);
    });

  async function bring(files) {
    const largest = model.get("largest");
    const total = files.reduce((sum, file) => sum + file.size, 0);
    if (total > largest) {
      state.textContent = `That is more than ${Math.round(largest / 1024 / 1024)} MB. Load larger files with: allocation import.`;
      return;
    }
    // Not disabled: it would lose the focus.
    busy = true;
    await give({ kind: "begin" });
    for (const file of files) {
      await give({ kind: "file", name: file.name });
      for (let start = 0; start < file.size; start += PIECE) {
        state.textContent = `Reading ${file.name}: ${Math.round((100 * start) / file.size)} %`;
        await give({ kind: "piece" }, await file.slice(start, start + PIECE).arrayBuffer());
      }
    }
    state.textContent = "";
    await give({ kind: "end" });
    busy = false;
    input.value = "";
  }

  label.addEventListener("click", (event) => busy && event.preventDefault());
  input.addEventListener("change", () => {
    if (input.files.length) bring([...input.files]);
  });
  label.addEventListener("dragover", (event) => {
    event.preventDefault();
    label.classList.add("over");
  });
  label.addEventListener("dragleave", () => label.classList.remove("over"));
  label.addEventListener("drop", (event) => {
    event.preventDefault();
    label.classList.remove("over");
    if (event.dataTransfer.files.length && !busy) bring([...event.dataTransfer.files]);
  });
  return () => model.off("msg:custom", receive);
}

export default { render };
