// Runs once in each page: clicks → the server, the marked quote → into view, copying, the address of the page.
const previous = window.orgaskBridge;
if (previous) previous.abort();
const life = new AbortController();
window.orgaskBridge = life;
const signal = life.signal;

const TARGET = /^#((?:cite|passage)-\d+-\d+)$/;
const DONE = /^#((?:open|new|rename|delete|undelete|retry|edit|cancel|clear)(?:-[\w-]*)?)$/;
const REMARK = /^#remark-(\d+-[a-z_]+)$/;
const SAY = /^#(say-\d+-[a-z_]+)$/;
let target = "";

function tell(name, target_name, value) {
  window.orgaskTriggers?.[name]?.("select", { target_name, value });
}

function markActive() {
  for (const link of document.querySelectorAll('a[href^="#cite-"], a[href^="#passage-"]')) {
    link.classList.toggle("oa-active", target !== "" && link.getAttribute("href") === "#" + target);
  }
}

function showMark() {
  const scroll = document.querySelector("#oa-panel .oa-scroll");
  if (!scroll) return;
  const mark = scroll.querySelector("#oa-mark");
  // Only the panel may move, which rules out scrollIntoView.
  scroll.scrollTop = mark
    ? scroll.scrollTop + mark.getBoundingClientRect().top - scroll.getBoundingClientRect().top - scroll.clientHeight / 3
    : 0;
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The clipboard interface exists on https and localhost only; offices open the page by address.
    const field = document.createElement("textarea");
    field.value = text;
    field.style.position = "fixed";
    field.style.opacity = "0";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  button.classList.add("oa-copied");
  setTimeout(() => button.classList.remove("oa-copied"), 1500);
}

function questionField() {
  return document.querySelector("#oa-question textarea");
}

function fill(field, text) {
  // The page hears of a change only through the setter of the element itself and an event.
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Puts an input in the place of `shown`; Enter gives its value to `done`, Escape and leaving it give it up.
function write(shown, value, label, done) {
  const field = document.createElement("input");
  Object.assign(field, { value, className: "oa-write", maxLength: 1000 });
  field.setAttribute("aria-label", label);
  const end = () => {
    if (field.isConnected) field.replaceWith(shown);
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      done(field.value.trim());
      end();
    } else if (event.key === "Escape") end();
  });
  field.addEventListener("blur", end);
  shown.replaceWith(field);
  field.focus();
  field.select();
}

function limitsChosen(bar) {
  const value = {};
  for (const field of bar.querySelectorAll("input, select")) {
    const text = field.value.trim();
    if (text) value[field.name] = field.name.endsWith("_year") ? Number(text) : text;
  }
  tell("do", "limits", JSON.stringify(value));
}

// Styles of ours reach no further up.
function frame() {
  return document.querySelector("#oa-main") ?? document.body;
}

function togglePanel(open) {
  frame().classList.toggle("oa-panel-open", open);
  if (open) frame().classList.remove("oa-side-open");
}

function clicked(link, href) {
  const match = TARGET.exec(href);
  if (match) {
    // The same place again changes nothing in the page, so nothing else would bring it back into view.
    if (target === match[1]) showMark();
    target = match[1];
    togglePanel(true);
    tell("show", target);
    markActive();
    return true;
  }
  const done = DONE.exec(href) ?? SAY.exec(href);
  if (done) {
    const name = done[1];
    if (name.startsWith("rename-")) {
      const title = link.closest(".oa-side-row")?.querySelector(".oa-side-title");
      if (title) write(title, title.textContent, link.textContent, (value) => value && tell("do", name, value));
    } else if (name === "clear-limits") tell("do", "limits", "{}");
    else tell("do", name);
    if (name.startsWith("open")) frame().classList.remove("oa-side-open");
    return true;
  }
  const remark = REMARK.exec(href);
  if (remark) {
    write(link, "", link.textContent, (value) => value && tell("do", "say-" + remark[1], value));
    return true;
  }
  const page = link.closest(".oa-answer, .oa-panel");
  switch (href) {
    case "#ask":
      if (!questionField()?.disabled) tell("do", "ask", link.innerText.trim());
      return true;
    case "#copy-answer": {
      const text = page?.querySelector(".oa-text");
      if (text) copy(text.innerText, link);
      return true;
    }
    case "#copy-quote": {
      const words = page?.querySelector(".oa-copy-words");
      if (words) copy(words.textContent, link);
      return true;
    }
    case "#side":
      frame().classList.toggle("oa-side-open");
      return true;
    case "#close-panel":
      togglePanel(false);
      return true;
  }
  return false;
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (link && clicked(link, link.getAttribute("href"))) event.preventDefault();
  },
  { signal },
);

document.addEventListener(
  "keydown",
  (event) => {
    const link = event.target.closest?.('a[role="button"]');
    // What says that it is a button is pressed like one.
    if (link && event.key === " ") {
      event.preventDefault();
      link.click();
    } else if (event.key === "Escape" && frame().classList.contains("oa-panel-open")) togglePanel(false);
  },
  { signal },
);

// What is being typed outlives the page being loaded anew, by a person or after the program was started again.
const DRAFT = "orgask-draft";

document.addEventListener(
  "input",
  (event) => {
    if (event.target === questionField()) sessionStorage.setItem(DRAFT, event.target.value);
  },
  { signal },
);

function keepDraft() {
  const draft = sessionStorage.getItem(DRAFT);
  if (!draft) return;
  const asked = [...document.querySelectorAll(".oa-asked")].at(-1);
  const field = questionField();
  if (asked && asked.textContent.replace(/\s/g, "") === draft.replace(/\s/g, "")) sessionStorage.removeItem(DRAFT);
  else if (field && !field.disabled && !field.dataset.restored) {
    field.dataset.restored = "yes";
    if (!field.value) fill(field, draft);
  }
}

document.addEventListener(
  "change",
  (event) => {
    const bar = event.target.closest?.(".oa-limits");
    if (bar) limitsChosen(bar);
  },
  { signal },
);

// The address names the conversation, so that loading anew, the back button and a bookmark find it.
function named() {
  return new URLSearchParams(location.search).get("c") ?? "";
}

function keepAddress() {
  const here = document.querySelector("#oa-here");
  if (!here) return;
  const conversation = here.dataset.conversation;
  if (here.dataset.kept || conversation === named()) {
    here.dataset.kept = "yes";
    return;
  }
  here.dataset.kept = "yes";
  history.pushState(null, "", conversation ? "?c=" + conversation : location.pathname);
}

window.addEventListener("popstate", () => document.querySelector("#oa-here") && tell("do", "open-" + named()), { signal });

const observer = new MutationObserver((changes) => {
  const head = document.querySelector(".oa-header");
  if (head && document.documentElement.lang !== head.lang) document.documentElement.lang = head.lang;
  const panel = document.querySelector("#oa-panel");
  if (panel && changes.some((change) => panel.contains(change.target))) showMark();
  markActive();
  keepAddress();
  keepDraft();
  // The chat names each bubble by its source text, which is markup here and no use to a screen reader.
  for (const bubble of document.querySelectorAll('#oa-chat [aria-label*="<div"]')) bubble.removeAttribute("aria-label");
});
observer.observe(document.body, { childList: true, subtree: true });
signal.addEventListener("abort", () => observer.disconnect());
