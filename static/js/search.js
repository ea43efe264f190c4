// search.js: from the search field into what it found and back, by the arrow keys; Escape empties the field.
const links = (form) => [...(form.closest("nav, main")?.querySelectorAll("[data-finds] [data-hit]") ?? [])]

export async function open() {
  const drawer = await import("drawer")
  const field = document.querySelector("main [data-search]") ?? document.querySelector("[data-search]")
  if (!field) return
  if (!field.checkVisibility({ visibilityProperty: true })) drawer.toggle()
  enter(field, 10)
}

// A drawer that slides in can be entered from its second frame on.
function enter(field, frames) {
  field.focus()
  field.select()
  if (document.activeElement !== field && frames) requestAnimationFrame(() => enter(field, frames - 1))
}

export function start(form) {
  if (form.dataset.started) return
  form.dataset.started = "yes"
  const field = form.elements.q
  form.closest("nav, main").addEventListener("keydown", (event) => {
    const inside = event.target === field || event.target.closest("[data-hit]")
    if (!inside || event.isComposing) return
    if (event.key === "Escape") leave(event, form, field)
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return
    const stops = [field, ...links(form)]
    const next = stops[stops.indexOf(event.target.closest("[data-hit]") ?? field) + (event.key === "ArrowDown" ? 1 : -1)]
    if (!next) return
    event.preventDefault()
    next.focus()
  })
}

// First back into the field, then the field is emptied, then Escape does what it does everywhere.
function leave(event, form, field) {
  if (event.target === field && !field.value) return
  event.preventDefault()
  event.stopPropagation()
  if (event.target !== field) return field.focus()
  field.value = ""
  field.dispatchEvent(new Event("input", { bubbles: true }))
}
