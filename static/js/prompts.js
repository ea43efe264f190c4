// prompts.js: `/` in an empty box lists one's prompts: arrows walk, Enter puts one there, Escape leaves it.
import { announce } from "announce"
import { dress } from "panel"
import { askFor } from "variables"
import { t } from "requests"

const lists = new WeakMap() // a form -> its list
const VARIABLE = /\{\{\s*([^{}\n]{1,60}?)\s*\}\}/g

export async function suggest(form, box) {
  if (!lists.has(form)) lists.set(form, await open(form, box))
  const list = lists.get(form)
  if (list) show(list, box)
  else lists.delete(form)
}

async function open(form, box) {
  const response = await fetch(form.dataset.prompts, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null)
  if (!response?.ok) return null
  const place = document.createElement("div")
  place.innerHTML = await response.text()
  await dress(place)
  const list = place.firstElementChild
  list.hidden = true
  form.querySelector(".composer__box").before(list)
  box.setAttribute("aria-controls", list.id)
  box.setAttribute("aria-autocomplete", "list")
  box.addEventListener("input", () => show(list, box))
  box.addEventListener("blur", () => hide(list, box))
  // Before the box hears of it: Enter would send the stroke.
  form.addEventListener("keydown", (event) => event.target === box && onKey(event, list, box), { capture: true })
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault()
    const row = event.target.closest("[role=option]")
    if (row) choose(row, list, box)
  })
  return list
}

const shown = (list) => [...list.children].filter((row) => !row.hidden)
const active = (list) => list.querySelector('[aria-selected="true"]')

function show(list, box) {
  const typed = /^\/([^\n]*)$/.exec(box.value)?.[1].toLowerCase()
  for (const row of list.children) {
    row.hidden = typed === undefined || !row.dataset.name.toLowerCase().includes(typed)
  }
  const rows = shown(list)
  if (!rows.length) return hide(list, box)
  if (list.hidden) announce(t("{count} prompts. Arrows choose one, Enter takes it.", { count: rows.length }))
  list.hidden = false
  mark(rows.includes(active(list)) ? active(list) : rows[0], list, box)
}

function hide(list, box) {
  list.hidden = true
  mark(null, list, box)
}

function mark(row, list, box) {
  active(list)?.setAttribute("aria-selected", "false")
  row?.setAttribute("aria-selected", "true")
  row?.scrollIntoView({ block: "nearest" })
  if (row) box.setAttribute("aria-activedescendant", row.id)
  else box.removeAttribute("aria-activedescendant")
}

function onKey(event, list, box) {
  const row = active(list)
  if (list.hidden || event.isComposing || event.keyCode === 229 || event.shiftKey) return
  const rows = shown(list)
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step) mark(rows[(rows.indexOf(row) + step + rows.length) % rows.length], list, box)
  else if (["Enter", "Tab"].includes(event.key) && row) choose(row, list, box)
  else if (event.key === "Escape") hide(list, box)
  else return
  event.preventDefault()
  event.stopPropagation()
}

async function choose(row, list, box) {
  const { name, text } = row.dataset
  hide(list, box)
  const names = [...new Set([...text.matchAll(VARIABLE)].map((found) => found[1]))]
  const values = names.length ? await askFor(name, names) : new Map()
  box.focus({ preventScroll: true })
  if (!values) return
  box.value = text.replace(VARIABLE, (all, variable) => values.get(variable) || all)
  box.dispatchEvent(new Event("input", { bubbles: true }))
  box.setSelectionRange(box.value.length, box.value.length)
}
