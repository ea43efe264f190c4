// composer.js: the box one writes in: Enter, growing, counting, and whether it may be sent.
import { language, say, t } from "requests"

const touch = matchMedia("(hover: none) and (pointer: coarse)")
const grows = CSS.supports("field-sizing", "content")
const attaching = new WeakMap() // a form -> the module for its files, on its way
const LONG = { characters: 8_000, lines: 100 } // a paste beyond either becomes a file, where the model takes text files
export const whenIdle = self.requestIdleCallback ?? ((act) => setTimeout(act, 1000)) // Safari has none

export function startComposer(form) {
  const box = form.querySelector("textarea")
  update(form, box)
  waitForModules(form, box)
  if (form.dataset.files) takeFiles(form, box)
  if (touch.matches && self.visualViewport) {
    box.addEventListener("focus", () => import("keyboard").then((module) => module.standOnKeyboard()), { once: true })
  }
  box.addEventListener("input", () => update(form, box))
  box.addEventListener("beforeinput", ({ data }) => data?.length > Number(form.dataset.limit) && setHuge(form, box, true))
  box.addEventListener("input", () => box.value === "/" && import("prompts").then((module) => module.suggest(form, box)))
  box.addEventListener("keydown", (event) => onKey(event, form, box))
  if (!touch.matches && !location.hash) box.focus({ preventScroll: true })
  form.toggleAttribute("data-started", true)
}

// What keeps and sends the words comes when the page is done, or with the first of them: by the time that the
// server may be gone it is here. A send that is faster waits for it.
function waitForModules(form, box) {
  let loading, loaded
  const load = () => (loading ??= keep(form, box).catch(() => {}).then(() => { loaded = true }))
  if (box.value || isKept(form)) load()
  else {
    box.addEventListener("input", load, { once: true })
    whenIdle(load)
  }
  form.addEventListener("submit", async (event) => {
    if ((loaded && !attaching.has(form)) || event.submitter?.matches("[data-stop]")) return
    event.preventDefault()
    event.stopImmediatePropagation()
    await Promise.all([load(), attaching.get(form)])
    event.submitter?.click()
  }, { capture: true })
}

// The module for files comes with the first of them.
function takeFiles(form, box) {
  form.removeAttribute("enctype") // they go up by themselves; the words are sent as ever
  const add = (files) => {
    if (!files.length) return
    const coming = import("attach")
      .then((module) => module.addFiles(files))
      .catch(() => {
        const words = files.map((file) => file.words ?? "").join("") // what was pasted is in no file to pick again
        setHuge(form, box, words.length > Number(form.dataset.limit))
        box.setRangeText(words)
        update(form, box)
        say(t("That could not be attached. Try again in a moment."))
      })
      .finally(() => attaching.delete(form))
    attaching.set(form, coming) // a send waits for it
  }
  form.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-pick]")) return
    add([...target.files])
    target.value = ""
  })
  const pick = form.querySelector("[data-pick]")
  if (pick?.files.length) pick.dispatchEvent(new Event("change", { bubbles: true })) // picked before this was here
  let asIs = false // Ctrl+Shift+V: words as they are, however many
  box.addEventListener("keydown", (event) => { asIs = event.shiftKey && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "v" })
  box.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData
    const words = event.clipboardData.getData("text/plain")
    if (form.dataset.paste && !asIs && isLong(words)) {
      event.preventDefault()
      const number = form.querySelectorAll("[data-chip]").length
      const file = new File([words], `${form.dataset.paste}${number ? ` ${number + 1}` : ""}.txt`, { type: "text/plain" })
      return add([Object.assign(file, { words })])
    }
    if (!files.length || types.includes("text/plain")) return // an office program adds a picture to its words
    event.preventDefault()
    add([...files])
  })
}

function isLong(words) {
  return words.length > LONG.characters || words.split("\n", LONG.lines + 1).length > LONG.lines
}

async function keep(form, box) {
  const [{ keepDraft, restoreDraft }] = await Promise.all([import("drafts"), import("sending")])
  restoreDraft(form, box)
  update(form, box)
  keepDraft(form, box)
  box.addEventListener("input", () => keepDraft(form, box))
  addEventListener("pagehide", () => form.isConnected && keepDraft(form, box, true))
}

function isKept(form) {
  try {
    return ["draft", "sending", "files"].some((kind) => localStorage.getItem(`${kind}:${form.dataset.draft}`))
  } catch { return false }
}

function update(form, box) {
  const limit = Number(form.dataset.limit)
  const units = box.value.length
  // Characters are counted one by one only where it matters: a book that was pasted must not make typing slow.
  const count = units > limit * 0.9 && units < limit * 3 ? [...box.value].length : units
  setHuge(form, box, units > limit)
  const note = form.querySelector("[data-note]")
  note.dataset.words ??= note.textContent
  form.toggleAttribute("data-empty", !box.value.trim() && !form.querySelector("[data-chip]:not([data-refused])"))
  note.toggleAttribute("data-over", count > limit)
  note.textContent = count > limit * 0.9
    ? t("{count} of {most} characters", { count: count.toLocaleString(language), most: limit.toLocaleString(language) })
    : note.dataset.words
  if (grows) return
  box.style.height = "auto"
  box.style.height = `${box.scrollHeight}px`
}

// In a box that finds its direction by itself the lines of a pasted book take seconds, in a set one none.
function setHuge(form, box, huge) {
  if (form.hasAttribute("data-huge") === huge) return
  form.toggleAttribute("data-huge", huge)
  box.dir = huge ? getComputedStyle(box).direction : "auto"
}

function onKey(event, form, box) {
  if (event.isComposing || event.keyCode === 229) return
  if (event.key === "ArrowUp" && !box.value && !event.altKey) return editLast(event)
  if (event.key !== "Enter" || event.shiftKey || event.altKey) return
  const key = form.closest("[data-send-key]")?.dataset.sendKey || "enter" // or "ctrl+enter", which always sends
  if ((touch.matches || key !== "enter") && !event.ctrlKey && !event.metaKey) return
  event.preventDefault()
  // A click, since htmx sends a form to where the button that was clicked last points: that may be Stop.
  if (form.hasAttribute("data-empty")) return
  if (form.querySelector("[data-active]")) return say(t("An answer is being written. Stop it, or wait for its end; your text stays here."))
  form.querySelector("[data-send]").click()
}

function editLast(event) {
  const edit = [...document.querySelectorAll('[data-role="user"] [data-edit]')].at(-1)
  if (!edit) return
  event.preventDefault()
  edit.click()
}
