// What the console does beyond links and forms: pages stay up to date, texts are copied, acts are asked about first.
// Everything works without it, but for the liveliness.

document.documentElement.classList.add("scripts");
const root = new URL(document.querySelector(".brand").href).pathname;

// ---- Up to date: when the server says that something has changed, the page is fetched anew, and its parts that differ are exchanged.

const least = 1000;
const state = document.getElementById("live-state");
let source = null;
let timer = 0;
let fetched = performance.now();
let isFetching = false;
let isStale = false;

function tell(kind, text) {
  state.hidden = false;
  state.dataset.state = kind;
  if (state.textContent !== text) state.textContent = text;
}

function isPaused() {
  return document.body.dataset.paused === "true";
}

async function refresh() {
  if (isFetching || isPaused() || document.hidden) {
    isStale = true;
    return;
  }
  const wait = fetched + least - performance.now();
  if (wait > 0) {
    isStale = true;
    clearTimeout(timer);
    timer = setTimeout(refresh, wait);
    return;
  }
  isFetching = true;
  isStale = false;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
    if (answer.status === 401) {
      location.reload();
      return;
    }
    if (answer.ok) exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The connection is gone; the stream says so.
  } finally {
    fetched = performance.now();
    isFetching = false;
  }
  if (isStale) refresh();
}

// Parts are what has data-part and an id. What somebody has written in them stays.
function exchange(page) {
  for (const part of document.querySelectorAll("[data-part][id]")) {
    const fresh = page.getElementById(part.id);
    if (!fresh || part.innerHTML === (part.fresh ?? part.innerHTML) && fresh.innerHTML === part.fresh) continue;
    // Forms have a token that differs each time: such a part says itself when it is another one.
    if (fresh.dataset.key !== undefined && part.dataset.key === fresh.dataset.key) continue;
    const active = document.activeElement;
    if (part.contains(active) && isComposing) continue;
    const written = writtenIn(part);
    const selection = part.contains(active) && active.matches("textarea, input") ? [active.selectionStart, active.selectionEnd] : null;
    const hadFocus = part.contains(active);
    const focus = hadFocus ? address(active) : null;
    const open = new Set([...part.querySelectorAll("details[open][id]")].map(details => details.id));
    const checked = new Set([...part.querySelectorAll("input[type=checkbox]:checked")].map(box => box.value));
    const { scrollLeft, scrollTop } = part;
    if (fresh.dataset.key !== undefined) part.dataset.key = fresh.dataset.key;
    const html = fresh.innerHTML;
    part.replaceChildren(...fresh.childNodes);
    part.fresh = html;
    for (const details of part.querySelectorAll("details[id]")) if (open.has(details.id)) details.open = true;
    for (const box of part.querySelectorAll("input[type=checkbox]")) if (checked.has(box.value)) box.checked = true;
    for (const field of fieldsOf(part)) if (written.has(nameOf(field))) field.value = written.get(nameOf(field));
    part.scrollTo(scrollLeft, scrollTop);
    const focused = focus ? part.querySelector(focus) : null;
    focused?.focus({ preventScroll: true });
    if (focused && selection?.[0] != null) focused.setSelectionRange(...selection);
    if (hadFocus && document.activeElement === document.body && part.hasAttribute("tabindex")) part.focus({ preventScroll: true });
  }
  dispatchEvent(new Event("console:fresh"));
}

function address(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.getAttribute("href")) return `[href="${CSS.escape(element.getAttribute("href"))}"]`;
  const form = element.form?.getAttribute("action");
  return form ? `form[action="${CSS.escape(form)}"] ${element.name ? `[name="${CSS.escape(element.name)}"]` : "button"}` : null;
}

let isComposing = false;
addEventListener("compositionstart", () => { isComposing = true; });
addEventListener("compositionend", () => { isComposing = false; });

function fieldsOf(part) {
  return [...part.querySelectorAll("textarea[name], select[name], input[name]:not([type=hidden], [type=checkbox], [type=radio])")];
}

function nameOf(field) {
  return `${field.form?.getAttribute("action")} ${field.name}`;
}

function writtenIn(part) {
  const isWritten = field => field.matches("select") ? [...field.options].some(option => option.selected !== option.defaultSelected) : field.value !== field.defaultValue;
  return new Map(fieldsOf(part).filter(isWritten).map(field => [nameOf(field), field.value]));
}

// Only the page that is looked at has a stream: browsers have six connections to a server.
function follow() {
  const query = document.body.dataset.live;
  if (query === undefined || document.hidden || source) return;
  source = new EventSource(`${root}/live?${query}`);
  let wasOpen = false;
  source.addEventListener("open", () => {
    tell("on", isPaused() ? "paused" : "live");
    if (wasOpen || isStale) refresh();
    wasOpen = true;
  });
  source.addEventListener("change", refresh);
  source.addEventListener("error", () => {
    tell("off", "not connected");
    // What is refused is not asked for again by itself.
    if (source.readyState === EventSource.CLOSED) {
      source = null;
      setTimeout(() => { refresh(); follow(); }, 5000);
    }
  });
}

function leave() {
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    leave();
    isStale = true;
  } else {
    follow();
    if (isStale) refresh();
  }
});
addEventListener("pagehide", leave);
addEventListener("pageshow", follow);

const seconds = Number(document.body.dataset.refresh ?? 0);
if (seconds > 0) setInterval(() => { if (!document.hidden) refresh(); }, seconds * 1000);

// ---- Acts that are asked about first.

document.addEventListener("submit", event => {
  const form = event.target;
  const question = form.dataset.confirm;
  if (!question || form.dataset.confirmed) return;
  event.preventDefault();
  const by = event.submitter;
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  text.textContent = question;
  const buttons = document.createElement("form");
  buttons.method = "dialog";
  buttons.className = "bar";
  for (const [value, label, kind] of [["yes", by?.textContent.trim() || "Yes", "primary"], ["no", "Back", ""]]) {
    const button = document.createElement("button");
    button.value = value;
    button.textContent = label;
    button.className = kind;
    buttons.append(button);
  }
  dialog.append(text, buttons);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue !== "yes") return by?.focus();
    form.dataset.confirmed = "yes";
    form.requestSubmit(by);
  });
  dialog.showModal();
});

// ---- Copies: data-copy has the text, or names the element whose text it is.

document.addEventListener("click", async event => {
  const button = event.target.closest("[data-copy], [data-copy-of]");
  if (button) {
    const text = button.dataset.copy ?? document.getElementById(button.dataset.copyOf).textContent;
    try {
      await navigator.clipboard.writeText(text);
      said(button, "Copied");
    } catch {
      said(button, "Not allowed");
    }
    return;
  }
  const pause = event.target.closest("[data-pause]");
  if (pause) {
    document.body.dataset.paused = String(!isPaused());
    pause.setAttribute("aria-pressed", String(isPaused()));
    tell(source ? "on" : "off", isPaused() ? "paused" : "live");
    if (!isPaused()) refresh();
  }
  const all = event.target.closest("[data-check-all]");
  if (all) for (const box of document.querySelectorAll(all.dataset.checkAll)) box.checked = all.checked;
});

function said(button, text) {
  const before = button.dataset.label ??= button.textContent;
  button.textContent = text;
  setTimeout(() => { button.textContent = before; }, 1500);
}

// ---- Times are UTC as they are kept; the browser's own time is told beside.

function tellTimes() {
  for (const time of document.querySelectorAll("time[datetime]:not([title])")) {
    const date = new Date(time.dateTime);
    if (!Number.isNaN(date.getTime())) time.title = date.toLocaleString();
  }
}

addEventListener("console:fresh", tellTimes);
tellTimes();
follow();

// What was done is said once.
const here = new URL(location.href);
if (here.searchParams.has("done")) {
  here.searchParams.delete("done");
  history.replaceState(history.state, "", here);
}
