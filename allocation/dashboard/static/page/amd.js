// ipywidgets' and anywidget's own scripts, as they are installed, are AMD modules. This is as much of AMD as they need.
const known = new Map();
let waiting = [];

/** Calls `then` with the modules of these names, as soon as they are all there. */
function need(names, then) {
  if (names.every((name) => known.has(name))) then(...names.map((name) => known.get(name)));
  else waiting.push([names, then]);
}
need.config = () => {};

export function provide(name, module) {
  known.set(name, module);
  const before = waiting;
  waiting = [];
  for (const [names, then] of before) need(names, then);
}

/** Runs the script at an address and gives the module that it defines, which others know by `name`. */
export function load(name, address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.dataset.module = name;
    script.onerror = () => reject(new Error(`A part of the page could not be loaded (${name}).`));
    document.head.append(script);
    need([name], resolve);
  });
}

// Without `define.amd`, so that plotly.js goes on being a global.
globalThis.define = (names, make) => {
  const { module } = document.currentScript.dataset;
  need(names, (...modules) => provide(module, make(...modules)));
};
globalThis.requirejs = globalThis.require = need;
