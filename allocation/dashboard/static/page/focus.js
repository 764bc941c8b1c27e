// Keeps the focus on the page when what has it is hidden, disabled or drawn anew, and tells screen readers what was done,
// once: by the focus where it goes to that sentence, otherwise through the one live region of the page.
const CONTROLS =
  "a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex='-1']), [role=tabpanel]";
const SENTENCE = "[role=status]";
const A_MOMENT = 300;
const LONG_ENOUGH = 10000;

function usable(element) {
  return element.isConnected && element.checkVisibility({ visibilityProperty: true }) && !element.matches(":disabled");
}

/** What stays the same of an element that is drawn anew with other numbers. */
function nameOf(element) {
  return `${element.tagName} ${element.getAttribute("aria-label") ?? (element.firstElementChild ?? element).textContent}`;
}

function ancestors(element) {
  const found = [];
  for (let parent = element.parentElement; parent; parent = parent.parentElement) found.push(parent);
  return found;
}

/** `place` holds the page's widgets, `region` is read out when its text changes. */
export function keepFocus(place, region) {
  let held = null;
  let said = new Set();
  let settling = false;
  let telling = 0;
  let clearing = 0;
  let room = null;
  const opened = new WeakSet();

  const controls = (within) => [...within.querySelectorAll(CONTROLS)].filter(usable);

  function remember(element) {
    if (!place.contains(element)) return;
    const there = controls(place);
    const before = there.filter((each) => each.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
    held = { element, name: nameOf(element), path: ancestors(element), there: new Set(there), before };
  }

  /** The same control drawn anew, or the sentence on what was done, or else what took the lost one's place. */
  function home() {
    const path = held.path.filter((parent) => parent.isConnected && parent.checkVisibility());
    if (usable(held.element)) return held.element;
    const twin = !held.element.isConnected && path.length && controls(path[0]).find((each) => nameOf(each) === held.name);
    if (twin) return twin;
    const panel = path.find((parent) => parent.matches("[role=tabpanel]")) ?? place;
    const group = path.find((parent) => panel.contains(parent) && parent.matches("[role=group]:not(.allocation-editor)"));
    if (group && controls(group).length) return insteadIn(group);
    const near = (sentence) => path.findIndex((parent) => parent.contains(sentence));
    const sentences = [...said].filter((each) => usable(each) && panel.contains(each));
    if (sentences.length) return sentences.sort((one, other) => near(one) - near(other))[0];
    const around = path.slice(0, path.indexOf(place) + 1).find((parent) => controls(parent).length);
    return around ? insteadIn(around) : null;
  }

  /** What has come in the lost one's place, or stands before it, or after it. */
  function insteadIn(box) {
    const within = controls(box);
    const isNew = (each) => !held.there.has(each);
    return within.find(isNew) ?? within.findLast((each) => held.before.includes(each)) ?? within[0];
  }

  const isBusy = () => document.body.dataset.kernelState === "busy";

  function settle() {
    settling = false;
    if (isBusy()) return;
    const now = [...place.querySelectorAll("[role=tabpanel]")].find(usable);
    // What a room says when it is entered is no news.
    if (now !== room) said.clear();
    room = now;
    const { activeElement: active } = document;
    // A browser takes its time to notice that what has the focus is gone.
    if (held && (active === document.body || (active === held.element && !usable(active)))) {
      const next = home();
      if (next) {
        if (!next.matches(CONTROLS)) next.tabIndex = -1;
        next.focus({ preventScroll: true });
        next.scrollIntoView({ block: "nearest" });
        said.delete(next);
      }
    }
    clearTimeout(telling);
    if (said.size) telling = setTimeout(tell, A_MOMENT);
  }

  function tell() {
    // The focus goes first to what has just come: it settles soon, and this waits anew from then.
    if (settling || isBusy()) return;
    const sentences = [...said].filter((each) => usable(each)).map((each) => each.innerText);
    said = new Set();
    region.replaceChildren(...sentences.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
    // Whoever reads on meets the sentence itself, not its echo.
    clearTimeout(clearing);
    clearing = setTimeout(() => region.replaceChildren(), LONG_ENOUGH);
  }

  /** Two frames: widgets that are put in are drawn by then. */
  function soon() {
    if (settling) return;
    settling = true;
    requestAnimationFrame(() => requestAnimationFrame(settle));
  }

  /** What was opened by hand stays open when its numbers are drawn anew. */
  function stayOpen(removed, added) {
    const of = (nodes) => nodes.flatMap((node) => [...(node.querySelectorAll?.("details") ?? [])]);
    const before = new Map(of(removed).filter((each) => opened.has(each)).map((each) => [nameOf(each.firstElementChild), each]));
    if (!before.size) return;
    for (const details of of(added)) {
      const old = before.get(nameOf(details.firstElementChild));
      if (!old) continue;
      details.open = old.open;
      opened.add(details);
    }
  }

  function changed(records) {
    for (const { type, target, addedNodes, removedNodes } of records) {
      if (type !== "childList") continue;
      stayOpen([...removedNodes], [...addedNodes]);
      for (const node of addedNodes) {
        if (!(node instanceof Element)) continue;
        for (const sentence of [node, ...node.querySelectorAll(SENTENCE)].filter((each) => each.matches(SENTENCE))) {
          if (!sentence.textContent.trim()) continue;
          // One that comes with its text is read out by some screen readers and not by others.
          sentence.setAttribute("aria-live", "off");
          if (target.matches(".widget-html-content")) said.add(sentence);
        }
      }
    }
    soon();
  }

  place.addEventListener("focusin", (event) => remember(event.target));
  place.addEventListener("click", (event) => {
    const { activeElement: element } = document;
    if (held?.element === element) remember(element);
    const details = event.target.closest?.("summary")?.parentElement;
    if (details) opened.add(details);
  }, { capture: true });
  place.addEventListener("focusout", ({ target }) => {
    // Somebody who clicks beside everything wants no focus.
    queueMicrotask(() => {
      if (held?.element === target && document.activeElement === document.body && usable(target)) held = null;
    });
    soon();
  });
  addEventListener("allocation:kernel", soon);
  new MutationObserver(changed).observe(place, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["style", "class", "hidden", "disabled"],
  });
}
