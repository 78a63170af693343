// Runs once in the page of the library: files that are dropped or chosen → a window → the server, with their progress.
const earlier = window.orgaskUpload;
if (earlier) earlier.abort();
const life = new AbortController();
window.orgaskUpload = life;
const signal = life.signal;

const ADDRESS = "/api/v1/documents";
const MOST_FILES = 500;
const MOST_BYTES = 1.9e9;
const KEPT = "orgask-collection";
let files = [];
let words = {};
let request = null;
let dragging = 0;

const one = (selector, within = document) => within.querySelector(selector);
const windowOf = () => one("#ol-adding");
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function sizeOf(bytes) {
  if (bytes < 1e6) return Math.max(1, Math.round(bytes / 1e3)).toLocaleString() + " KB";
  return (bytes / 1e6).toFixed(1) + " MB";
}

function element(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

// Texts of files and of the server come into the page as text only.
function row(entry) {
  const line = element("li", "ol-send");
  const name = element("span", "ol-send-name", entry.path || entry.file.name);
  name.title = name.textContent;
  entry.state = element("em", "ol-send-state", sizeOf(entry.file.size));
  entry.bar = element("i", "ol-send-bar");
  entry.bar.append(document.createElement("b"));
  const off = element("button", "oa-step", "×");
  off.type = "button";
  off.setAttribute("aria-label", fill(words.take_off, { name: name.textContent }));
  off.addEventListener("click", () => {
    if (request) return;
    files = files.filter((each) => each !== entry);
    line.remove();
    tellTotal();
  });
  line.append(name, entry.state, off, entry.bar);
  entry.line = line;
  return line;
}

function tellTotal(text) {
  const total = files.reduce((sum, entry) => sum + entry.file.size, 0);
  one(".ol-foot .ol-told", windowOf()).textContent =
    text ?? (files.length ? fill(words.to_send, { count: files.length.toLocaleString(), size: sizeOf(total) }) : "");
  one('[data-do="send"]', windowOf()).disabled = files.length === 0 || request !== null;
}

function tellError(message) {
  const error = one(".ol-form-error", windowOf());
  error.textContent = message;
  error.hidden = !message;
}

function open() {
  const shown = windowOf();
  if (!shown) return false;
  words = JSON.parse(shown.dataset.words);
  if (shown.open) return true;
  files = [];
  shown.classList.remove("ol-sent");
  one(".ol-foot .ol-button", shown).textContent = words.cancel;
  one(".ol-sending", shown).replaceChildren();
  tellError("");
  // A collection that was made since the page was opened is proposed too.
  const select = one('.ol-bar select[name="collection"]');
  const names = select ? [...select.options].map((option) => option.value).filter((name) => name && name !== "/") : [];
  const list = one("#ol-collections");
  for (const name of names) if (![...list.options].some((option) => option.value === name)) list.append(new Option("", name));
  const field = one('input[name="collection"]', shown);
  const limited = new URLSearchParams(location.search).get("collection") ?? "";
  field.value = limited.replace("/", "") || localStorage.getItem(KEPT) || shown.dataset.first;
  shown.showModal();
  tellTotal();
  return true;
}

function take(found) {
  if (request) return;
  if (windowOf()?.classList.contains("ol-sent")) windowOf().close();
  if (!open()) return;
  const known = new Set(files.map((entry) => (entry.path || entry.file.name) + entry.file.size));
  const fresh = found.filter((entry) => !known.has((entry.path || entry.file.name) + entry.file.size));
  // What systems leave in folders is nobody's document.
  const wanted = fresh.filter((entry) => !/^(\.|~\$|Thumbs\.db$|desktop\.ini$)/i.test(entry.file.name));
  files.push(...wanted);
  one(".ol-sending", windowOf()).append(...wanted.map(row));
  tellTotal();
}

async function read(entry, path) {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    return [{ file, path: path ? path + file.name : "" }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return found;
    for (const each of some) found.push(...(await read(each, path + entry.name + "/")));
  }
}

async function dropped(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  // Both have to be asked before anything is waited for.
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...transfer.files];
  const found = [];
  for (const [at, entry] of entries.entries()) {
    try {
      if (entry) found.push(...(await read(entry, "")));
      else if (plain[at]) found.push({ file: plain[at], path: "" });
    } catch {
      // A folder that may not be read; what else was dropped is taken.
    }
  }
  take(found.length ? found : plain.map((file) => ({ file, path: "" })));
}

function batches() {
  const parts = [];
  let bytes = Infinity;
  for (const entry of files) {
    if (bytes + entry.file.size > MOST_BYTES || parts.at(-1).length >= MOST_FILES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1).push(entry);
    bytes += entry.file.size;
  }
  return parts;
}

// The files of a request go out one after the other, so that how much is sent tells how far each is.
function showSent(some, sent) {
  let before = 0;
  for (const entry of some) {
    const size = Math.max(1, entry.file.size);
    const share = Math.min(1, Math.max(0, (sent - before) / size));
    entry.bar.firstChild.style.width = share * 100 + "%";
    entry.state.textContent =
      share >= 1 ? words.storing : share > 0 ? fill(words.sending, { share: Math.floor(share * 100) + "%" }) : words.waiting;
    before += size;
  }
}

function post(some, collection) {
  return new Promise((done) => {
    const form = new FormData();
    form.append("collection", collection);
    for (const entry of some) form.append("files", entry.file, entry.file.name);
    for (const entry of some) form.append("paths", entry.path);
    const asked = (request = new XMLHttpRequest());
    asked.open("POST", ADDRESS);
    asked.responseType = "json";
    asked.upload.addEventListener("progress", (event) => {
      const whole = some.reduce((sum, entry) => sum + Math.max(1, entry.file.size), 0);
      showSent(some, event.lengthComputable ? (event.loaded / event.total) * whole : event.loaded);
    });
    asked.addEventListener("load", () => done({ status: asked.status, told: asked.response ?? {} }));
    asked.addEventListener("error", () => done({ status: 0, told: { error: words.broken } }));
    asked.addEventListener("abort", () => done({ status: 0, told: { error: words.cancelled } }));
    asked.send(form);
  });
}

function settle(some, told) {
  const states = { stored: "✓", known: words.known, refused: words.refused };
  for (const [at, entry] of some.entries()) {
    const line = told[at] ?? {};
    entry.refused = line.state === "refused" || line.state === undefined;
    entry.line.classList.toggle("ol-send-refused", entry.refused);
    entry.bar.remove();
    entry.state.textContent = states[line.state] ?? words.refused;
    if (line.reason) entry.line.append(element("small", "ol-reason", line.reason));
  }
}

async function send() {
  const shown = windowOf();
  const collection = one('input[name="collection"]', shown).value.trim();
  if (!collection) {
    tellError(words.no_name);
    one('input[name="collection"]', shown).focus();
    return;
  }
  tellError("");
  localStorage.setItem(KEPT, collection);
  shown.classList.add("ol-busy");
  let refused = 0;
  for (const some of batches()) {
    const pending = post(some, collection);
    tellTotal();
    const { status, told } = await pending;
    if (Array.isArray(told.files)) settle(some, told.files);
    else {
      tellError(told.error ?? words.broken);
      for (const entry of some) {
        entry.state.textContent = sizeOf(entry.file.size);
        entry.bar.firstChild.style.width = "0";
      }
      refused += some.length;
      files = files.filter((entry) => entry.refused === undefined);
      break;
    }
    refused += some.filter((entry) => entry.refused).length;
    if (status !== 202 && told.error) tellError(told.error);
    files = files.filter((entry) => !some.includes(entry));
  }
  request = null;
  shown.classList.remove("ol-busy");
  // The bar of the page goes on with what becomes of them.
  window.orgaskTriggers?.["library-go"]?.("select", { target_name: "go", value: location.search });
  if (!refused) shown.close();
  else if (files.length) tellTotal();
  else {
    // What was refused stays in view until somebody has read it.
    shown.classList.add("ol-sent");
    one(".ol-foot .ol-button", shown).textContent = words.close;
    tellTotal(words.sent);
  }
}

function close() {
  if (request) request.abort();
  windowOf()?.close();
}

window.orgaskAdd = open;
const on = (name, handler) => document.addEventListener(name, handler, { signal });

on("change", (event) => {
  if (!event.target.matches?.(".ol-pick")) return;
  take([...event.target.files].map((file) => ({ file, path: file.webkitRelativePath ?? "" })));
  event.target.value = "";
});

on("click", (event) => {
  const action = event.target.closest?.("#ol-adding [data-do]")?.dataset.do;
  if (action === "close") close();
  else if (action === "send") send();
});

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files") && windowOf() !== null;
const drag = (by) => {
  dragging = Math.max(0, dragging + by);
  one(".ol-dropping")?.classList.toggle("ol-dragging", dragging > 0);
};

on("dragenter", (event) => hasFiles(event) && drag(1));
on("dragleave", (event) => hasFiles(event) && drag(-1));
on("dragover", (event) => hasFiles(event) && event.preventDefault());
on("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  drag(-dragging);
  dropped(event.dataTransfer);
});

window.addEventListener("beforeunload", (event) => request && event.preventDefault(), { signal });
