// Runs once in the page: citation clicks → the server, the marked quote → into view, copying.
const previous = window.orgaskBridge;
if (previous) previous.abort();
const life = new AbortController();
window.orgaskBridge = life;

const TARGET = /^#((?:cite|passage)-\d+-\d+)$/;
let target = "";

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

function ask(question) {
  const field = document.querySelector("#oa-question textarea");
  if (!field || field.disabled) return;
  // The page hears of a change only through the setter of the element itself and an event.
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, question);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  setTimeout(() => document.querySelector('#oa-question [data-testid="submit-button"]')?.click(), 50);
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link) return;
    const href = link.getAttribute("href");
    const match = TARGET.exec(href);
    if (match) {
      event.preventDefault();
      // The same place again changes nothing in the page, so nothing else would bring it back into view.
      if (target === match[1]) showMark();
      target = match[1];
      trigger("select", { target_name: target });
      markActive();
    } else if (href === "#ask") {
      event.preventDefault();
      ask(link.innerText.trim());
    } else if (href === "#copy-answer") {
      event.preventDefault();
      const text = link.closest(".oa-answer")?.querySelector(".oa-text");
      if (text) copy(text.innerText, link);
    } else if (href === "#copy-quote") {
      event.preventDefault();
      const words = link.closest(".oa-panel")?.querySelector(".oa-copy-words");
      if (words) copy(words.textContent, link);
    }
  },
  { signal: life.signal },
);

const observer = new MutationObserver((changes) => {
  const head = document.querySelector(".oa-header");
  if (head && document.documentElement.lang !== head.lang) document.documentElement.lang = head.lang;
  const panel = document.querySelector("#oa-panel");
  if (panel && changes.some((change) => panel.contains(change.target))) showMark();
  markActive();
  // The chat names each bubble by its source text, which is markup here and no use to a screen reader.
  for (const bubble of document.querySelectorAll('#oa-chat [aria-label*="<div"]')) bubble.removeAttribute("aria-label");
});
observer.observe(document.body, { childList: true, subtree: true });
life.signal.addEventListener("abort", () => observer.disconnect());
