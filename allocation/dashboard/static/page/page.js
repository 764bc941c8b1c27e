// Puts the notebook's widgets on the page. The widgets' own scripts are those that ipywidgets and anywidget install for the
// classic Notebook; this plays the part of that Notebook, which is a small one.
import { load, provide } from "./amd.js";
import { keepFocus } from "./focus.js";
import { Comm, Kernel } from "./kernel.js";

const VIEW = "application/vnd.jupyter.widget-view+json";
const place = document.getElementById("page");
const loading = document.getElementById("loading");

function asset(name) {
  return new URL(name, import.meta.url).href;
}

function wrong(sentence) {
  loading.setAttribute("role", "alert");
  loading.textContent = sentence;
}

/** What the notebook displayed; the page ends where its last cell does. */
async function displayed() {
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
  }
  const outputs = [...document.querySelectorAll("script.output")].flatMap((script) => JSON.parse(script.textContent));
  if (!outputs.some((output) => output.data?.[VIEW]) || outputs.some((output) => output.output_type === "error")) {
    throw new Error("The page could not be made. This is a fault in the program, not in your data.");
  }
  return outputs;
}

function classicNotebook(kernel, outputs, widgets) {
  const nothing = () => {};
  const actions = { register: nothing, get: nothing };
  return {
    menubar: { actions },
    notification_area: { widget: nothing },
    notebook: {
      kernel,
      metadata: {},
      events: { on: nothing },
      container: { on: nothing },
      keyboard_manager: { actions },
      // The manager asks for these when it has the state of every widget, and has each of them rendered then.
      get_cells: () => outputs.map((output) => ({ output_area: { outputs: [output] } })),
      render_cell_output: async ({ output_area: area }) => {
        const manager = kernel.widget_manager;
        const model = await manager.get_model(area.outputs[0].data[VIEW].model_id);
        const view = await manager.create_view(model);
        widgets.JupyterLuminoWidget.attach(view.luminoWidget, place);
        loading.remove();
      },
    },
  };
}

/** A click means what the page shows: a value that waits until the kernel has done something else goes ahead of it. */
function valuesGoFirst({ WidgetModel: { prototype } }) {
  const { sync, send } = prototype;
  const waiting = new Set();
  prototype.sync = function (...given) {
    sync.apply(this, given);
    waiting.add(this);
  };
  prototype.send = function (...given) {
    for (const model of waiting) {
      if (model._msg_buffer === null) continue;
      model.rememberLastUpdateFor(model.send_sync_message(model._msg_buffer, model._msg_buffer_callbacks));
      model._msg_buffer = model._msg_buffer_callbacks = null;
    }
    waiting.clear();
    return send.apply(this, given);
  };
}

/** A double click is a click: what the first one brought has not been seen when the second one comes. */
function onceIsEnough(event) {
  if (event.detail < 2 || !event.target.closest?.(".jupyter-button")) return;
  event.preventDefault();
  event.stopPropagation();
}

/** A key that is held down is pressed once: the focus may be on another button by then. */
function onceIsEnoughByKey(event) {
  if (event.repeat && event.key === "Enter" && event.target.closest?.("button")) event.preventDefault();
}

// anywidget gives a widget two seconds to start and calls it broken from then on; a busy machine may need longer.
const LONG_ENOUGH = 60000;
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (milliseconds) => timeout(Math.max(milliseconds, LONG_ENOUGH));

async function start() {
  const { kernel: id } = document.body.dataset;
  const kernel = new Kernel(id, (state) => {
    document.body.dataset.kernelState = state;
    dispatchEvent(new Event("allocation:kernel"));
  });
  globalThis.allocationPlotlyUrl = asset("plotly.js");
  // The server sends this while a first page is long in coming.
  globalThis.voila_heartbeat = () => {};
  // The token in the address has become a cookie; it need not stay in the history.
  history.replaceState(null, "", location.pathname + location.hash);
  addEventListener("pagehide", () => navigator.sendBeacon(`/voila/api/shutdown/${id}`));
  addEventListener("beforeunload", (event) => {
    if (document.querySelector(".allocation-has-unsaved")) event.preventDefault();
  });
  addEventListener("click", onceIsEnough, { capture: true });
  addEventListener("keydown", onceIsEnoughByKey, { capture: true });
  keepFocus(place, document.getElementById("spoken"));
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  provide("module", {});
  provide("services/kernels/comm", { Comm });
  globalThis.Jupyter = { version: "6.5.0" };
  const [widgets] = await Promise.all([
    load("@jupyter-widgets/base", asset("widgets.js")),
    load("anywidget", asset("anywidget.js")),
  ]);
  valuesGoFirst(widgets);
  Object.assign(globalThis.Jupyter, classicNotebook(kernel, await displayed(), widgets));
  provide("base/js/namespace", globalThis.Jupyter);
  provide("base/js/events", { on: () => {} });
  provide("notebook/js/outputarea", { OutputArea: class { register_mime_type() {} } });
  await widgets.load_ipython_extension();
  document.getElementById("menus").remove();
}

start().catch((error) => wrong(`${error.message} Reload the page; if it happens again, please report it.`));
