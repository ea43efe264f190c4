// desk.js: the keys of the review console. The row that j and k stand on is the one that has the focus.
const find = (selector) => document.querySelector(selector)
const OFF = "desk-keys-off"

const keys = {
  j: () => move(1) || find("[data-desk-next]")?.click(),
  k: () => move(-1) || find("[data-desk-previous]")?.click(),
  o: () => { const here = document.activeElement; (here.matches("[data-desk-rows] a") ? here : here.closest("tr")?.querySelector("[data-desk-row]"))?.click() },
  u: () => find("[data-desk-back]")?.click(),
  n: () => step(1),
  p: () => step(-1),
  f: () => { const all = find("[data-desk-all]"); if (all) { all.open = !all.open; all.querySelector(all.open ? "input, select" : "summary").focus() } },
  "/": () => { const box = find("[data-desk-search]"); if (box) { box.focus(); box.select() } else find("[data-desk-back]")?.click() },
  "?": () => find("[data-desk-sheet]").showModal(),
  x: () => choose(false),
  X: () => choose(true),
  z: () => find(".toast__button")?.click(),
  c: async () => find("[data-annotate]") && (await import("annotate")).begin() || press("c"),
  e: () => press("e"),
  l: () => press("l"),
  w: () => press("w"),
}
for (const number of [1, 2, 3, 4, 5]) keys[number] = () => score(number)

if (find("[data-desk-judging]")) import("judging")
if (find("[data-annotate]")) import("annotate")

async function choose(range) {
  const row = document.activeElement.closest("tr")
  if (find("[data-desk-judging]")) (await import("judging")).choose(row, range)
}

// What says by itself which key it is pressed by; in a list without a choice it is about the row one stands on.
async function press(key) {
  const place = find(`[data-desk-key="${key}"]`)
  if (place?.closest("[data-desk-judging]")) {
    await import("judging")
    if (!find("[data-desk-chosen]:checked")) await choose(false)
  }
  if (place?.matches("summary")) {
    place.click()
    place.parentElement.querySelector("textarea, input:not([type=hidden])").focus()
  } else if (place?.matches("button")) place.click()
  else place?.focus()
}

function score(number) {
  const steps = [...(find("[data-desk-score]")?.querySelectorAll("input") ?? [])].slice(0, -1)
  steps[number - 1]?.focus()
  steps[number - 1]?.click()
}

function move(by) {
  const rows = [...document.querySelectorAll("[data-desk-row]")]
  if (!rows.length) return false
  const line = document.activeElement.closest("tr")?.querySelector("[data-desk-row]")
  const here = rows.indexOf(line)
  const next = rows[here < 0 ? 0 : here + by]
  if (next) next.focus()
  else if (by > 0) find("[data-desk-more]")?.focus()
  return true
}

function step(by) {
  const messages = [...document.querySelectorAll("[data-message]")]
  const here = messages.indexOf(document.activeElement.closest("[data-message]"))
  const next = messages[here < 0 ? (by > 0 ? 0 : messages.length - 1) : here + by]
  if (!next) return
  next.tabIndex = -1
  next.focus()
}

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog")
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  const act = localStorage.getItem(OFF) && event.key !== "?" ? null : keys[event.key]
  if (!act) return
  event.preventDefault()
  act()
})
document.addEventListener("click", (event) => event.target.closest("[data-desk-keys]") && keys["?"]())

const off = find("[data-desk-off]")
off.checked = Boolean(localStorage.getItem(OFF))
off.addEventListener("change", () => off.checked ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF))
// An address has what was asked for, not what was left empty.
find("[data-desk-filters]")?.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value) formData.delete(name)
})
