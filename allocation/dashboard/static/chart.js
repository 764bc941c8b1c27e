// Draws the figure in the model's state with plotly.js, which reaches the page once, whatever the number of charts:
// from the page's own server where the house template names an address, otherwise from the kernel.
const ROOM_FOR_WORDS = 560;
const LIBRARY = Symbol.for("allocation.plotly");

async function fromServer(address) {
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = () => reject(new Error("The chart library could not be loaded. Reload the page."));
    document.head.appendChild(script);
  });
  return globalThis.Plotly;
}

async function fromKernel(model) {
  const packed = await new Promise((resolve) => {
    const receive = (message, buffers) => {
      if (message.kind !== "library") return;
      model.off("msg:custom", receive);
      resolve(buffers[0]);
    };
    model.on("msg:custom", receive);
    model.send({ kind: "library" });
  });
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const source = await new Response(unpacked).text();
  const others = globalThis.Plotly;
  const module = { exports: {} };
  new Function("module", "exports", source)(module, module.exports);
  if (others !== undefined) globalThis.Plotly = others;
  return module.exports;
}

// It is large: loading it as soon as the page has nothing else to do leaves the page to its reader first.
function pause() {
  return new Promise((resolve) => {
    if (globalThis.requestIdleCallback) requestIdleCallback(resolve, { timeout: 2000 });
    else setTimeout(resolve, 200);
  });
}

function library(model) {
  globalThis[LIBRARY] ??= pause().then(() => globalThis.allocationPlotlyUrl
    ? fromServer(globalThis.allocationPlotlyUrl)
    : fromKernel(model));
  return globalThis[LIBRARY];
}

const DARK = matchMedia("(prefers-color-scheme: dark)");
const PRINT = matchMedia("print");

// The figure's colours are those on white; each has one that it becomes in the dark.
function figureOf(model) {
  let text = model.get("figure");
  if (DARK.matches && !PRINT.matches) {
    const dark = new Map(Object.entries(model.get("dark")));
    text = text.replace(/#[0-9A-F]{6}/g, (colour) => dark.get(colour) ?? colour);
  }
  return JSON.parse(text);
}

const SHORT_NAME = 18;

// On a phone the words beside the bars and the legend would leave no room for the bars; the table below has the words.
function fit(figure) {
  const words = figure.data.length;
  figure.data = figure.data.filter((trace) => trace.name !== "words");
  const { xaxis, yaxis } = figure.layout;
  figure.layout.showlegend = false;
  figure.layout.margin.t = 8;
  // What is escaped is left alone: a cut might go through an entity.
  yaxis.ticktext = yaxis.ticktext?.map((name) =>
    name.length > SHORT_NAME && !name.includes("&") ? `${name.slice(0, SHORT_NAME - 1)}…` : name,
  );
  xaxis.nticks = 4;
  xaxis.tickangle = 0;
  if (figure.data.length < words) xaxis.range = xaxis.range.map((end) => end / 1.3);
}

async function render({ model, el }) {
  const box = document.createElement("div");
  box.className = "allocation-chart";
  box.setAttribute("role", "figure");
  el.appendChild(box);

  let plotly = null;
  let width = 0;
  let hidden = 0;
  let drawing = false;
  let stale = false;

  async function show(figure, revision) {
    if (box.clientWidth < ROOM_FOR_WORDS) fit(figure);
    width = box.clientWidth;
    box.style.height = `${figure.layout.height}px`;
    box.setAttribute("aria-label", model.get("label"));
    await plotly.react(box, figure.data, { ...figure.layout, autosize: true }, { displaylogo: false });
    if (!box.dataset.drawn) {
      box.on("plotly_click", (event) => model.send({ kind: "click", name: String(event.points[0].y) }));
    }
    box.dataset.drawn = revision;
  }

  async function draw() {
    if (drawing) {
      stale = true;
      return;
    }
    clearTimeout(hidden);
    // Nothing has been drawn yet, as where there are no targets.
    if (!plotly || !model.get("revision")) return;
    if (!box.clientWidth) {
      // Hidden for now, perhaps only until the end of this frame, which no observer would notice.
      hidden = setTimeout(draw, 100);
      return;
    }
    drawing = true;
    try {
      await show(figureOf(model), model.get("revision"));
    } finally {
      drawing = false;
    }
    if (stale) {
      stale = false;
      await draw();
    }
  }

  // A page being put together is hidden at first: a chart is drawn when it has got a width, and again when that changes.
  const watch = new ResizeObserver(() => {
    if (box.clientWidth && box.clientWidth !== width) draw();
  });
  watch.observe(box);
  model.on("change:revision", draw);
  DARK.addEventListener("change", draw);
  PRINT.addEventListener("change", draw);

  library(model).then(
    (loaded) => {
      plotly = loaded;
      draw();
    },
    (error) => {
      box.textContent = error.message;
    },
  );

  return () => {
    watch.disconnect();
    clearTimeout(hidden);
    model.off("change:revision", draw);
    DARK.removeEventListener("change", draw);
    PRINT.removeEventListener("change", draw);
    if (plotly) plotly.purge(box);
  };
}

export default { render };
