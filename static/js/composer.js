// composer.js: the box one writes in: Enter, growing, counting, and whether it may be sent.
const touch = matchMedia("(hover: none) and (pointer: coarse)")
const grows = CSS.supports("field-sizing", "content")

export function startComposer(form) {
  const box = form.querySelector("textarea")
  update(form, box)
  waitForModules(form, box)
  box.addEventListener("input", () => update(form, box))
  box.addEventListener("keydown", (event) => onKey(event, form, box))
  if (!touch.matches && !location.hash) box.focus({ preventScroll: true })
  form.toggleAttribute("data-started", true)
}

// What keeps and sends the words is wanted only when there are some; a send that is faster waits for it.
function waitForModules(form, box) {
  let loading, loaded
  const load = () => (loading ??= keep(form, box).catch(() => {}).then(() => { loaded = true }))
  if (isKept(form)) load()
  else box.addEventListener("input", load, { once: true })
  form.addEventListener("submit", async (event) => {
    if (loaded || event.submitter?.matches("[data-stop]")) return
    event.preventDefault()
    event.stopImmediatePropagation()
    await load()
    event.submitter?.click()
  }, { capture: true })
}

async function keep(form, box) {
  // The toast comes along: what it may have to say is that the server is gone.
  const [{ keepDraft, restoreDraft }] = await Promise.all([import("drafts"), import("sending"), import("toast")])
  restoreDraft(form, box)
  update(form, box)
  keepDraft(form, box)
  box.addEventListener("input", () => keepDraft(form, box))
  addEventListener("pagehide", () => form.isConnected && keepDraft(form, box, true))
}

function isKept(form) {
  try {
    return ["draft", "sending"].some((kind) => localStorage.getItem(`${kind}:${form.dataset.draft}`))
  } catch { return false }
}

function update(form, box) {
  const count = [...box.value].length
  const limit = Number(form.dataset.limit)
  const note = form.querySelector("[data-note]")
  note.dataset.words ??= note.textContent
  form.toggleAttribute("data-empty", !box.value.trim())
  note.toggleAttribute("data-over", count > limit)
  note.textContent = count > limit * 0.9
    ? `${count.toLocaleString()} of ${limit.toLocaleString()} characters`
    : note.dataset.words
  if (grows) return
  box.style.height = "auto"
  box.style.height = `${box.scrollHeight}px`
}

function onKey(event, form, box) {
  if (event.isComposing || event.keyCode === 229) return
  if (event.key === "ArrowUp" && !box.value && !event.altKey) return editLast(event)
  if (event.key !== "Enter" || event.shiftKey || event.altKey) return
  if (touch.matches && !event.ctrlKey && !event.metaKey) return
  event.preventDefault()
  // A click, since htmx sends a form to where the button that was clicked last points: that may be Stop.
  if (box.value.trim()) form.querySelector("[data-send]").click()
}

function editLast(event) {
  const edit = [...document.querySelectorAll('[data-role="user"] [data-edit]')].at(-1)
  if (!edit) return
  event.preventDefault()
  edit.click()
}
