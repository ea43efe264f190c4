// drawer.js: the side bar: a drawer that holds the focus on narrow pages, put away and remembered on wide ones.
const wide = matchMedia("(min-width: 56.001rem)")
const drawer = () => document.querySelector("[data-drawer]")
let cameFrom

export function press(link) {
  if (link.matches("[data-drawer-open]")) open(link)
  else close()
}

export function toggle() {
  const shut = wide.matches ? document.body.classList.contains("sidebar-closed") : !drawer().hasAttribute("data-open")
  if (shut) open(document.activeElement)
  else close()
}

export const isOpen = () => drawer()?.hasAttribute("data-open") ?? false

function open(from) {
  cameFrom = from
  if (wide.matches) return remember(false)
  drawer().toggleAttribute("data-open", true)
  document.querySelector("#main").inert = true
  drawer().querySelector("a, button").focus()
}

export function close() {
  if (wide.matches) return remember(true)
  drawer().removeAttribute("data-open")
  document.querySelector("#main").inert = false
  if (location.hash === "#sidebar") history.replaceState(null, "", location.pathname + location.search)
  cameFrom?.focus()
}

function remember(closed) {
  document.body.classList.toggle("sidebar-closed", closed)
  document.cookie = `sidebar=${closed ? "closed" : "open"}; path=/; max-age=31536000; samesite=lax`
  document.querySelector(closed ? "[data-drawer-open]" : "[data-drawer-close]")?.focus({ preventScroll: true })
}

wide.addEventListener("change", () => { if (isOpen()) { drawer().removeAttribute("data-open"); document.querySelector("#main").inert = false } })
