// The rows of the target editor. It only shows the view that Python calculates and says what a person does: no percent is
// calculated here, save the step of an arrow key. One message is under way at a time; of a row that is being moved only the
// newest goes out, so that dragging stays live whatever a calculation takes.
const STEP = 0.5;
const PAGE = 5;
const PAUSE = 1000;
const SVG = "http://www.w3.org/2000/svg";

function make(tag, className, attributes = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function mark(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

function padlock() {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of [["viewBox", "0 0 16 16"], ["aria-hidden", "true"], ["focusable", "false"]]) {
    svg.setAttribute(name, value);
  }
  for (const [className, d] of [
    ["open", "M5 7V4.5a3 3 0 0 1 5.8-1"],
    ["closed", "M5 7V4.5a3 3 0 0 1 6 0V7"],
    ["body", "M3.5 7h9v6.5h-9z"],
  ]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", className);
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

// What is said to Python, in order and one at a time; `begun` is called whenever something is.
class Line {
  constructor(model, begun) {
    this.model = model;
    this.begun = begun;
    this.waiting = [];
    this.sent = 0;
    this.last = 0;
    this.frame = 0;
  }

  say(message) {
    const newest = this.waiting.at(-1);
    const numbered = { ...message, seq: ++this.last };
    const again = newest && newest.kind === "move" && message.kind === "move" && newest.gesture === message.gesture;
    if (again && newest.row.join("\n") === message.row.join("\n")) this.waiting.pop();
    this.waiting.push(numbered);
    this.begun();
    this.flush();
    return this.last;
  }

  flush() {
    if (this.frame || !this.waiting.length || this.busy()) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (!this.waiting.length || this.busy()) return;
      const message = this.waiting.shift();
      this.sent = message.seq;
      this.model.send(message);
    });
  }

  busy() {
    return this.model.get("view").reply < this.sent;
  }

  get idle() {
    return !this.waiting.length && !this.busy();
  }
}

// One row: the elements of a class or a holding, kept for as long as the row is there.
class Row {
  constructor(editor, id) {
    this.editor = editor;
    this.id = id;
    this.pending = 0;
    this.typing = false;
    this.dragging = false;
    this.moved = 0;
    this.gesture = 0;
    this.build();
  }

  build() {
    this.fold = make("button", "allocation-fold", { type: "button" });
    this.name = make("span", "allocation-target-name");
    this.dot = make("span", "allocation-dot", { role: "img", "aria-label": "changed", title: "changed" });
    this.note = make("small");
    this.title = make("span", "allocation-target-title", {}, this.name, this.dot, this.note);
    this.lock = make("button", "allocation-lock", { type: "button" }, padlock());
    this.box = make("input", "allocation-target-box", {
      type: "text", inputmode: "decimal", role: "spinbutton", autocomplete: "off",
      "aria-valuemin": "0", "aria-valuemax": "100",
    });
    this.entry = make("span", "allocation-target-entry", {}, this.box, make("span", "", { "aria-hidden": "true" }, "%"));
    this.slider = make("input", "allocation-target-slider", { type: "range", min: "0", max: "100", step: "0.1" });
    this.now = make("span");
    this.weight = make("span", "allocation-target-now", {}, make("span", "allocation-unseen", {}, "now "), this.now);
    this.zone = make("span", "allocation-target-rail-zone");
    this.bar = make("span", "allocation-target-rail-bar");
    this.rail = make("span", "allocation-target-rail", { "aria-hidden": "true" }, this.zone, this.bar);
    this.points = make("span", "allocation-target-points");
    this.drift = make("span", "allocation-target-drift", {}, this.rail, this.points);
    this.edges = make("span");
    this.band = make("span", "allocation-target-band", {}, make("span", "allocation-unseen", {}, "band "), this.edges);
    this.remove = make("button", "allocation-remove", { type: "button" }, "×");
    this.said = make("p", "allocation-target-said", { "aria-live": "polite" });
    this.line = make(
      "div", "allocation-target-line", { role: "group" },
      this.fold, this.title, this.lock, this.entry, this.slider, this.weight, this.drift, this.band, this.remove, this.said,
    );
    this.inside = make("div", "allocation-inside");
    this.element = make("li", "allocation-target", {}, this.line);
    this.listen();
  }

  listen() {
    const say = (message) => this.editor.line.say({ row: this.id, ...message });
    this.fold.addEventListener("click", () => say({ kind: "open", open: !this.shown.open }));
    this.lock.addEventListener("click", () => say({ kind: "lock", locked: !this.shown.locked }));
    this.remove.addEventListener("click", () => say({ kind: "remove" }));
    this.box.addEventListener("input", () => {
      this.typing = true;
      this.move(this.box.value);
    });
    const settle = () => {
      this.typing = false;
      this.gesture = 0;
      this.patch(this.shown);
    };
    this.box.addEventListener("change", settle);
    this.box.addEventListener("blur", settle);
    this.slider.addEventListener("pointerdown", () => {
      this.dragging = true;
      this.gesture = 0;
    });
    for (const end of ["change", "pointerup", "pointercancel"]) {
      this.slider.addEventListener(end, () => {
        this.dragging = false;
        this.gesture = 0;
      });
    }
    this.slider.addEventListener("input", () => {
      this.box.value = String(Number(this.slider.value));
      this.move(this.slider.value);
    });
    for (const control of [this.box, this.slider]) control.addEventListener("keydown", (event) => this.step(event));
  }

  step(event) {
    const steps = { ArrowUp: STEP, ArrowDown: -STEP, PageUp: PAGE, PageDown: -PAGE };
    if (event.target === this.slider) Object.assign(steps, { ArrowRight: STEP, ArrowLeft: -STEP });
    const by = steps[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (this.shown.locked) return;
    const from = Number(this.box.value.replace(",", ".")) || 0;
    const to = String(Math.round(Math.min(100, Math.max(0, from + by)) * 10000) / 10000);
    this.typing = false;
    this.box.value = to;
    this.slider.value = to;
    this.move(to);
  }

  move(percent) {
    const now = Date.now();
    if (!this.gesture || (!this.dragging && now - this.moved > PAUSE)) this.gesture = ++this.editor.gestures;
    this.moved = now;
    this.pending = this.editor.line.say({ kind: "move", row: this.id, percent, gesture: this.gesture });
  }

  patch(row) {
    this.shown = row;
    const { name, label } = row;
    write(this.name, name);
    mark(this.line, "aria-label", label);
    mark(this.element, "data-status", row.status);
    this.element.classList.toggle("allocation-changed", row.changed);
    this.dot.hidden = !row.changed;
    this.fold.hidden = row.open === null;
    mark(this.fold, "aria-expanded", Boolean(row.open));
    mark(this.fold, "aria-label", `Holdings of ${name}`);
    mark(this.lock, "aria-pressed", row.locked);
    mark(this.lock, "aria-label", `Lock ${label}`);
    mark(this.lock, "title", row.locked ? "Locked: it stays when others move" : "Lock: it stays when others move");
    mark(this.box, "aria-label", `${label} target, percent`);
    mark(this.slider, "aria-label", `${label} target slider, percent`);
    mark(this.remove, "aria-label", `Take ${label} out`);
    mark(this.remove, "title", `Take ${label} out of the targets`);
    this.lock.hidden = this.remove.hidden = !row.set;
    this.box.readOnly = row.locked;
    this.slider.disabled = row.locked;
    this.fill(row);
    write(this.note, row.note);
    write(this.now, row.now);
    write(this.points, row.drift);
    write(this.edges, row.band);
    this.band.hidden = !row.band;
    this.zone.style.left = `${row.rail.low}%`;
    this.zone.style.width = `${row.rail.high - row.rail.low}%`;
    this.bar.style.left = `${Math.min(50, row.rail.at)}%`;
    this.bar.style.width = `${Math.abs(row.rail.at - 50)}%`;
    this.rail.hidden = this.zone.hidden = !row.set;
    write(this.said, row.said);
    mark(this.box, "aria-invalid", row.wrong);
  }

  // What a person is typing, or has moved since this view was calculated, is not written over.
  fill(row) {
    if (this.pending > this.editor.reply) return;
    if (!this.typing && this.box.value !== row.percent) this.box.value = row.percent;
    if (this.slider.value !== row.percent) this.slider.value = row.percent || "0";
    mark(this.box, "aria-valuenow", row.percent || "0");
    mark(this.box, "aria-valuetext", row.percent ? `${row.percent} %` : "no target");
    mark(this.slider, "aria-valuetext", row.percent ? `${row.percent} %` : "no target");
  }
}

// The foot of a level: its sum, and how a row is added.
class Foot {
  constructor(editor, level) {
    this.sum = make("span", "allocation-sum", { role: "status" });
    this.scale = make("button", "jupyter-button", { type: "button" }, "Scale to 100");
    this.choice = level ? make("select", "") : make("input", "", { type: "text", list: editor.known.id, autocomplete: "off" });
    const called = level ? `New holding of ${level}` : "New class";
    this.choice.setAttribute("aria-label", called);
    if (!level) this.choice.placeholder = called;
    this.add = make("button", "jupyter-button", { type: "button" }, level ? "Add holding" : "Add class");
    this.inside = make("button", "jupyter-button", { type: "button" });
    this.element = make("div", "allocation-level-foot", {}, this.sum, this.scale, this.choice, this.add, this.inside);
    this.inside.hidden = true;
    this.level = level;
    const say = (message) => editor.line.say({ level, ...message });
    const add = () => {
      say({ kind: "add", name: this.choice.value });
      if (!level) this.choice.value = "";
    };
    this.add.addEventListener("click", add);
    this.choice.addEventListener("keydown", (event) => {
      if (event.key === "Enter") add();
    });
    this.scale.addEventListener("click", () => say({ kind: "scale" }));
    this.inside.addEventListener("click", () => say({ kind: this.shown.set ? "share_by_value" : "set_inside" }));
  }

  patch(foot) {
    this.shown = foot;
    write(this.sum, foot.sum);
    this.sum.classList.toggle("allocation-sum-wrong", foot.wrong);
    this.scale.hidden = !foot.wrong;
    if (!this.level) return;
    this.inside.hidden = !foot.can;
    write(this.inside, foot.set ? "Share by value instead" : `Set targets inside ${this.level}`);
    this.choice.hidden = this.add.hidden = !foot.set || !foot.choices.length;
    const shown = [...this.choice.options].map((option) => option.value);
    if (shown.join("\n") !== foot.choices.map(([symbol]) => symbol).join("\n")) {
      this.choice.replaceChildren(
        ...foot.choices.map(([symbol, name]) => make("option", "", { value: symbol }, name)),
      );
    }
  }
}

class Editor {
  constructor(model, el) {
    this.model = model;
    this.line = new Line(model, () => this.effect.classList.add("allocation-stale"));
    this.line.sent = this.line.last = model.get("view").reply;
    this.rows = new Map();
    this.feet = new Map();
    this.gestures = Date.now();
    this.build(el);
  }

  build(el) {
    const button = (text, title, message) => {
      const made = make("button", "jupyter-button", { type: "button", title }, text);
      made.addEventListener("click", () => {
        if (made.getAttribute("aria-disabled") !== "true") this.line.say(message());
      });
      return made;
    };
    this.undo = button("Undo", "Ctrl+Z", () => ({ kind: "undo" }));
    this.redo = button("Redo", "Ctrl+Shift+Z", () => ({ kind: "redo" }));
    this.follow = make("button", "allocation-switch", { type: "button", role: "switch" }, "Others follow");
    this.follow.title = "On: rows that aren't locked make room for the one you move. Off: type each, 100 together.";
    this.follow.addEventListener("click", () => this.line.say({ kind: "follow", follow: !this.view.follow }));
    this.tools = make("div", "allocation-tools", { role: "toolbar", "aria-label": "Editing" },
      this.undo, this.redo, this.follow);
    this.known = make("datalist", "", { id: `allocation-known-${Math.random().toString(36).slice(2)}` });
    const heads = ["Class", "Target", "", "Now", "Drift, points", "Band"];
    this.head = make("div", "allocation-target-line allocation-target-head", { "aria-hidden": "true" });
    this.head.append(...heads.map((text) => make("span", "", {}, text)));
    this.list = make("ul", "allocation-targets");
    this.effect = make("p", "allocation-effect", { role: "status" });
    this.foot = new Foot(this, "");
    this.root = make("div", "allocation-editor", { role: "group", "aria-label": "Target editor" },
      this.tools, this.head, this.list, this.foot.element, this.effect, this.known);
    this.root.addEventListener("keydown", (event) => this.shortcut(event));
    el.append(this.root);
  }

  shortcut(event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !(key === "z" || key === "y")) return;
    const textOfAName = event.target === this.foot.choice && this.foot.choice.value;
    if (textOfAName) return;
    event.preventDefault();
    for (const row of this.rows.values()) row.typing = false;
    this.line.say({ kind: key === "y" || event.shiftKey ? "redo" : "undo" });
  }

  show() {
    this.view = this.model.get("view");
    this.reply = this.view.reply;
    mark(this.undo, "aria-disabled", !this.view.undo);
    mark(this.redo, "aria-disabled", !this.view.redo);
    mark(this.follow, "aria-checked", this.view.follow);
    write(this.effect, this.view.effect);
    this.effect.classList.toggle("allocation-stale", this.view.stale || !this.line.idle);
    this.known.replaceChildren(...this.view.known.map((name) => make("option", "", { value: name })));
    this.head.hidden = !this.view.rows.length;
    this.forget();
    this.place(this.list, this.view.rows);
    this.foot.patch(this.view.foot);
    mark(this.root, "data-reply", this.reply);
    this.line.flush();
    clearTimeout(this.waiting);
    if (this.view.stale) this.waiting = setTimeout(() => this.ask(), this.view.quiet);
  }

  // What it would take is asked for once the rows have come to rest.
  ask() {
    if (this.line.idle) this.line.say({ kind: "effect" });
  }

  // Rows keep their elements: only what is new is put in, so that no input loses its focus.
  place(list, rows) {
    let before = null;
    for (const shown of rows) {
      const key = shown.id.join("\n");
      if (!this.rows.has(key)) this.rows.set(key, new Row(this, shown.id));
      const row = this.rows.get(key);
      row.patch(shown);
      const expected = before ? before.nextSibling : list.firstChild;
      if (row.element !== expected) list.insertBefore(row.element, expected);
      before = row.element;
      this.open(row, shown);
    }
  }

  open(row, shown) {
    if (!shown.open) {
      row.inside.remove();
      return;
    }
    const { name } = shown;
    if (!this.feet.has(name)) {
      this.feet.set(name, new Foot(this, name));
      row.list = make("ul", "allocation-targets", { "aria-label": `Holdings of ${name}` });
      row.inside.replaceChildren(row.list, this.feet.get(name).element);
    }
    if (!row.inside.isConnected) row.element.append(row.inside);
    this.place(row.list, shown.inside);
    this.feet.get(name).patch(shown.foot);
  }

  forget() {
    const there = new Set();
    for (const row of this.view.rows) {
      there.add(row.id.join("\n"));
      for (const holding of row.inside) there.add(holding.id.join("\n"));
    }
    for (const [key, row] of this.rows) {
      if (there.has(key)) continue;
      const focused = row.element.contains(document.activeElement);
      const next = row.element.nextElementSibling ?? row.element.previousElementSibling;
      row.element.remove();
      this.rows.delete(key);
      if (!row.id[1]) this.feet.delete(row.id[0]);
      if (focused) (next?.querySelector("input") ?? this.foot.choice).focus();
    }
  }
}

function render({ model, el }) {
  const editor = new Editor(model, el);
  const show = () => editor.show();
  show();
  model.on("change:view", show);
  return () => {
    clearTimeout(editor.waiting);
    model.off("change:view", show);
  };
}

export default { render };
