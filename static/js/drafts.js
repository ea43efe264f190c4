// drafts.js: what is written and not yet sent stays in this browser, for this person and conversation.
const name = (form, kind = "draft") => `${kind}:${form.dataset.draft}`
let timer
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
  const save = () => store(name(form), box.value)
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
  if (unsent) keepDraft(form, box, true)
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
    Object.keys(localStorage).filter((key) => /^(draft|sending):/.test(key)).forEach((key) => localStorage.removeItem(key))
  } catch { /* nothing is kept where nothing may be stored */ }
}

// Signing out takes them along.
export function press(button) {
  leaving = true
  forgetAll()
  button.form.submit()
}
