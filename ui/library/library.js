// Runs once in the page of the library: the address is what the page shows, and each link is an address.
const previous = window.orgaskLibrary;
if (previous) previous.abort();
const life = new AbortController();
window.orgaskLibrary = life;
const signal = life.signal;

const PATH = "/library";
const DO = /^#((?:remove|reindex|restore|undo|uncorrect|cleaning)-(?!chosen$)[\w#.:-]+)$/;
const TYPED_MS = 350;
const chosen = new Set();
const dismissed = new Set(JSON.parse(localStorage.getItem("orgask-dismissed") ?? "[]"));
const folded = new Map();
let scrolled = { document: "", top: 0 };
let focused = "";
let lastChecked = null;
let typing = 0;
let tab = "text";

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const params = () => new URLSearchParams(location.search);

function tell(name, target_name, value) {
  window.orgaskTriggers?.[name]?.("select", { target_name, value });
}

// Shows another address; `anew` keeps the one before for the back button.
function go(address, anew = true) {
  const url = new URL(address, location.origin);
  if (params().get("d") !== url.searchParams.get("d")) tab = "text";
  if (url.href !== location.href) history[anew ? "pushState" : "replaceState"](null, "", url.pathname + url.search);
  follow();
}

function follow() {
  markPlace();
  keepBar();
  tell("library-go", "go", location.search);
}

// An answer that was under way when another address was asked for may come after that: then this is asked for again.
let healed = "";
let watching = 0;

function heal() {
  const told = one("#ol-list [data-told]")?.dataset.told;
  if (told === undefined) return;
  const now = params();
  for (const name of ["d", "at", "wide"]) now.delete(name);
  const shown = new URLSearchParams(told);
  now.sort();
  shown.sort();
  if (now.toString() === shown.toString()) healed = "";
  else if (healed !== location.search) {
    healed = location.search;
    follow();
  }
}

function change(fields, anew = true) {
  const next = params();
  for (const [name, value] of Object.entries(fields)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  for (const name of ["p", "x"]) next.delete(name);
  const told = next.toString();
  go(PATH + (told ? "?" + told : ""), anew);
}

// The bar stays as it is while somebody types in it; only what it shows follows the address.
function keepBar() {
  const bar = one(".ol-bar");
  if (!bar) return;
  const now = params();
  let limited = false;
  for (const field of all("input, select", bar)) {
    const value = now.get(field.name) ?? "";
    if (field !== document.activeElement || field.tagName === "SELECT") {
      if (field.name === "order") field.value = value || "source";
      else if (field.value !== value) {
        if (field.tagName === "SELECT" && value && ![...field.options].some((option) => option.value === value)) {
          field.add(new Option(value, value));
        }
        field.value = value;
      }
    }
    field.closest(".oa-limit")?.classList.toggle("oa-limit-set", field.name !== "order" && value !== "");
    limited ||= field.name !== "order" && value !== "";
  }
  const clear = one(".ol-clear", bar);
  if (clear && clear.hidden === limited) clear.hidden = !limited;
}

// Which row is open in the reader, and which pane of it.
function markPlace() {
  const open = params().get("d") ?? "";
  for (const row of all(".ol-row")) {
    const here = open !== "" && row.dataset.id === open;
    if (row.classList.contains("ol-current") === here) continue;
    row.classList.toggle("ol-current", here);
    const link = one("a.ol-title", row);
    if (here) link?.setAttribute("aria-current", "true");
    else link?.removeAttribute("aria-current");
  }
}

function showTab(name) {
  tab = name;
  for (const link of all('.ol-tabs [role="tab"]')) {
    const here = link.id === "ol-tab-" + name;
    if ((link.getAttribute("aria-selected") === "true") !== here) link.setAttribute("aria-selected", String(here));
  }
  for (const pane of all(".ol-pane")) {
    const away = pane.id !== "ol-pane-" + name;
    if (pane.hidden !== away) pane.hidden = away;
  }
}

function intoView(pane, line) {
  pane.scrollTop += line.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 4;
}

// After the server has drawn the reader: the pane that was open, and the place that is asked for.
function settleReader() {
  const reader = one(".ol-reader");
  if (!reader || reader.dataset.settled) return;
  reader.dataset.settled = "yes";
  if (reader.dataset.tab === "cleaning") tab = "cleaning";
  if (one(".ol-tabs")) showTab(one("#ol-pane-" + tab) ? tab : "text");
  const pane = one("#ol-pane-text");
  if (!pane) return;
  const here = reader.dataset.document + "@" + reader.dataset.at;
  const mark = one("#oa-mark", pane);
  if (scrolled.document === here) pane.scrollTop = scrolled.top;
  else if (mark) intoView(pane, mark);
  else {
    const at = Number(reader.dataset.at);
    const line = at >= 0 ? all("[data-at]", pane).findLast((one) => Number(one.dataset.at) <= at) : null;
    if (line) intoView(pane, line);
  }
  const moved = scrolled.document.split("@")[0] !== reader.dataset.document;
  scrolled = { document: here, top: pane.scrollTop };
  pane.addEventListener("scroll", () => (scrolled = { document: here, top: pane.scrollTop }), { passive: true });
  // On a phone the reader takes the place of the list, so that it has to be told to a screen reader.
  if (moved && matchMedia("(max-width: 900px)").matches) one(".ol-head h2", reader)?.focus({ preventScroll: true });
}

// Goes to a heading; where it lies outside of what is shown of a long text, the server shows that part.
function toHeading(link) {
  const pane = one("#ol-pane-text");
  const offset = Number(link.dataset.to);
  const lines = pane ? all("[data-at]", pane) : [];
  const line = lines.findLast((one) => Number(one.dataset.at) <= offset);
  const first = lines.length ? Number(lines[0].dataset.at) : Infinity;
  const last = lines.length ? Number(lines.at(-1).dataset.at) + lines.at(-1).textContent.length : -1;
  if (!line || offset < first || offset > last) return false;
  history.replaceState(null, "", link.getAttribute("href"));
  showTab("text");
  intoView(pane, line);
  line.classList.add("ol-here");
  setTimeout(() => line.classList.remove("ol-here"), 1600);
  pane.focus({ preventScroll: true });
  return true;
}

function step(by) {
  const links = all(".ol-row a.ol-title");
  const at = links.findIndex((link) => link.closest(".ol-row").classList.contains("ol-current"));
  links[at + by]?.click();
}

function countChosen() {
  const bar = one(".ol-chosen");
  if (!bar) return;
  for (const box of all('.ol-row input[type="checkbox"]')) box.checked = chosen.has(box.value);
  const boxes = all('.ol-row input[type="checkbox"]');
  const every = one(".ol-every");
  if (every) {
    every.checked = boxes.length > 0 && boxes.every((box) => box.checked);
    every.indeterminate = !every.checked && boxes.some((box) => box.checked);
  }
  if (bar.hidden !== (chosen.size === 0)) bar.hidden = chosen.size === 0;
  const words = bar.dataset.told.replace("{count}", chosen.size.toLocaleString());
  if (one("strong", bar).textContent !== words) one("strong", bar).textContent = words;
}

function check(box, event) {
  const boxes = all('.ol-row input[type="checkbox"]');
  const range = event.shiftKey && lastChecked ? boxes.findIndex((one) => one.value === lastChecked) : -1;
  const at = boxes.indexOf(box);
  const some = range >= 0 ? boxes.slice(Math.min(range, at), Math.max(range, at) + 1) : [box];
  for (const each of some) chosen[box.checked ? "add" : "delete"](each.value);
  lastChecked = box.value;
  countChosen();
}

function clearChosen() {
  chosen.clear();
  countChosen();
}

function doChosen(name) {
  tell("library-do", name, JSON.stringify([...chosen]));
  clearChosen();
}

function sayInForm(message) {
  const error = one("#ol-correct .ol-form-error");
  if (!error) return false;
  error.textContent = message;
  error.hidden = !message;
  return true;
}

function settleSaid() {
  const said = one(".ol-said");
  if (!said || said.dataset.settled) return;
  said.dataset.settled = "yes";
  if (said.dataset.about === "correct" && sayInForm(said.textContent)) said.hidden = true;
}

// A bar that is drawn anew at each step stays as somebody has folded it.
function keepJobs() {
  for (const job of all(".ol-job")) {
    const files = one("details", job);
    const open = folded.get(job.dataset.job);
    if (files && open !== undefined && files.open !== open) files.open = open;
    const away = dismissed.has(job.dataset.job);
    if (job.hidden !== away) job.hidden = away;
  }
}

function clicked(link, href, event) {
  if (href.startsWith(PATH)) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || link.target) return false;
    if (link.dataset.to && toHeading(link)) return true;
    go(href);
    if (link.dataset.to) showTab("text");
    return true;
  }
  const done = DO.exec(href);
  if (done) {
    if (link.dataset.wait) {
      const wait = document.createElement("p");
      wait.className = "ol-none";
      wait.setAttribute("role", "status");
      wait.textContent = link.dataset.wait;
      link.replaceWith(wait);
    }
    tell("library-do", done[1]);
    return true;
  }
  switch (href) {
    case "#clear":
      go(PATH + (params().get("order") ? "?order=" + params().get("order") : ""));
      return true;
    case "#filters":
      link.setAttribute("aria-expanded", String(one(".ol-bar").classList.toggle("ol-unfolded")));
      return true;
    case "#remove-chosen":
    case "#reindex-chosen":
    case "#restore-chosen":
      doChosen(href.slice(1));
      return true;
    case "#unselect":
      clearChosen();
      return true;
    case "#previous":
      step(-1);
      return true;
    case "#next":
      step(1);
      return true;
    case "#correct":
      showTab("facts");
      one('#ol-correct input[name="title"]')?.focus();
      return true;
    case "#dismiss": {
      dismissed.add(link.closest(".ol-job").dataset.job);
      localStorage.setItem("orgask-dismissed", JSON.stringify([...dismissed].slice(-100)));
      keepJobs();
      return true;
    }
    case "#add":
      window.orgaskAdd?.();
      return true;
  }
  if (href.startsWith("#tab-")) {
    showTab(href.slice(5));
    return true;
  }
  return false;
}

const on = (name, handler) => document.addEventListener(name, handler, { signal });

on("click", (event) => {
  const box = event.target.closest?.('.ol-table input[type="checkbox"]');
  if (box?.classList.contains("ol-every")) {
    for (const each of all('.ol-row input[type="checkbox"]')) chosen[box.checked ? "add" : "delete"](each.value);
    countChosen();
  } else if (box) check(box, event);
  const link = event.target.closest?.("a[href]");
  if (link && !event.defaultPrevented && clicked(link, link.getAttribute("href"), event)) event.preventDefault();
});

on("input", (event) => {
  if (!event.target.matches?.(".ol-search")) return;
  clearTimeout(typing);
  typing = setTimeout(() => change({ q: event.target.value.trim() }, false), TYPED_MS);
});

on("change", (event) => {
  const field = event.target;
  if (field.closest?.(".ol-bar") && !field.matches(".ol-search")) {
    const value = field.name === "order" && field.value === "source" ? "" : field.value.trim();
    change({ [field.name]: value });
  } else if (field.matches?.('#ol-correct select[name="article"]')) {
    const option = field.selectedOptions[0];
    for (const input of all("#ol-correct input")) {
      input.dataset.all ??= input.dataset.was;
      input.value = input.dataset.was = field.value ? (option.dataset[input.name] ?? "") : input.dataset.all;
    }
  }
});

on("submit", (event) => {
  if (event.target.matches(".ol-bar")) {
    event.preventDefault();
    clearTimeout(typing);
    const fields = {};
    for (const field of all("input", event.target)) fields[field.name] = field.value.trim();
    change(fields);
  } else if (event.target.id === "ol-correct") {
    event.preventDefault();
    sayInForm("");
    const fields = Object.fromEntries(new FormData(event.target));
    tell("library-do", "correct-" + event.target.dataset.document, JSON.stringify(fields));
  }
});

on("keydown", (event) => {
  const target = event.target;
  const writes = target.matches?.("input:not([type=checkbox]), select, textarea");
  const link = target.closest?.('a[role="button"], a[role="tab"]');
  if (link && event.key === " ") {
    event.preventDefault();
    link.click();
  } else if (target.matches?.('[role="tab"]') && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    const tabs = all('.ol-tabs [role="tab"]');
    const next = tabs[(tabs.indexOf(target) + (event.key === "ArrowRight" ? 1 : -1) + tabs.length) % tabs.length];
    next.focus();
    next.click();
  } else if (target.matches?.("a.ol-title") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const links = all("a.ol-title");
    links[links.indexOf(target) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  } else if (event.key === "/" && !writes && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    one(".ol-search")?.focus();
  } else if (event.key === "Escape" && !writes && params().get("d") && !one("dialog[open]")) {
    const open = params().get("d");
    one(".ol-close")?.click();
    all(".ol-row").find((row) => row.dataset.id === open)?.querySelector("a.ol-title")?.focus();
  }
});

on("click", (event) => {
  const summary = event.target.closest?.(".ol-job summary");
  if (summary) folded.set(summary.closest(".ol-job").dataset.job, !summary.parentElement.open);
});

on("focusin", (event) => {
  const link = event.target.closest?.("#ol-list a[href]");
  focused = link ? link.getAttribute("href") : event.target === document.body ? focused : "";
});

window.addEventListener("popstate", follow, { signal });

const observer = new MutationObserver(() => {
  const head = one(".oa-header");
  if (head && document.documentElement.lang !== head.lang) document.documentElement.lang = head.lang;
  markPlace();
  keepBar();
  countChosen();
  keepJobs();
  settleSaid();
  settleReader();
  clearTimeout(watching);
  watching = setTimeout(heal, 1000);
  // What had the focus was drawn anew.
  if (focused && document.activeElement === document.body) {
    all("#ol-list a[href]").find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
  }
});
observer.observe(document.body, { childList: true, subtree: true });
signal.addEventListener("abort", () => observer.disconnect());
