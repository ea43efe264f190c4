// drafts.js: what is written and not yet sent stays in this browser, for this person and conversation.
const name = (form, kind = "draft") => `${kind}:${form.dataset.draft}`
const files = () => [...document.querySelectorAll("[data-chip] [name=file]")].map((field) => field.value)
let timer
let restoring = false
let leaving = false

function store(key, value) {
  try {
    if (value) localStorage.setItem(key, value)
    else localStorage.removeItem(key)
  } catch { /* storage is full or forbidden: the words are still in the box */ }
}

function read(key) {
  try { return localStorage.getItem(key) ?? "" } catch { return "" }
}

export function keepDraft(form, box, now = false) {
  clearTimeout(timer)
  if (leaving) return
  const save = () => {
    store(name(form), box.value)
    if (!restoring) store(name(form, "files"), files().join(" "))
  }
  if (now) save()
  else timer = setTimeout(save, 200)
}

export function restoreDraft(form, box) {
  const last = [...document.querySelectorAll('[data-role="user"] [data-text]')].at(-1)?.textContent ?? ""
  const unsent = read(name(form, "sending"))
  store(name(form, "sending"), "")
  // Words on their way may stand in the box too: that is one draft.
  const parts = new Set([unsent.trim() === last.trim() ? "" : unsent, read(name(form))].filter(Boolean))
  const words = [...parts].join("\n\n")
  if (words.length > Number(form.dataset.limit)) box.dir = "ltr" // as composer.js has it for a book
  if (words && !box.value) box.value = words
  restoreFiles(form, box)
  if (unsent) keepDraft(form, box, true)
}

// Files that went up and were not sent: the server knows them still, and says how they look.
async function restoreFiles(form, box) {
  const kept = read(name(form, "files")).split(" ").filter((id) => id && !files().includes(id))
  if (!kept.length || !form.dataset.keptFiles) return
  restoring = true
  const query = new URLSearchParams(kept.map((id) => ["file", id]))
  const response = await fetch(`${form.dataset.keptFiles}?${query}`, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null)
  if (!response?.ok) return // they stay noted for the next time
  form.querySelector("[data-chips]").insertAdjacentHTML("afterbegin", await response.text())
  restoring = false
  box.dispatchEvent(new Event("input"))
}

// Of the files of a message that was taken nothing is kept; those of the next one are.
export function forgetFiles(form) {
  const waiting = document.querySelector("#transcript-messages") ? files() : []
  store(name(form, "files"), waiting.join(" "))
}

// Words on their way: they are a draft again unless the server acknowledges them.
export function keepSending(form, text) {
  clearTimeout(timer)
  store(name(form, "sending"), text)
  store(name(form), "")
}

export function forgetSending(form) {
  store(name(form, "sending"), "")
}

// They were not taken and stand in the box still.
export function keepUnsent(form) {
  if (!form) return
  forgetSending(form)
  keepDraft(form, form.querySelector("textarea"), true)
}

function forgetAll() {
  try {
    Object.keys(localStorage).filter((key) => /^(draft|sending|files):/.test(key)).forEach((key) => localStorage.removeItem(key))
  } catch { /* nothing is kept where nothing may be stored */ }
}

// Signing out takes them along.
export function press(button) {
  leaving = true
  forgetAll()
  button.form.submit()
}
