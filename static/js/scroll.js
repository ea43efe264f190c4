// scroll.js: keep the newest words in view, unless the reader has gone up to read.
const NEAR = 80
const page = document.scrollingElement
let following = true
let last = 0

const fromEnd = () => page.scrollHeight - page.scrollTop - page.clientHeight

export function toEnd() {
  following = true
  page.scrollTop = page.scrollHeight
  showPill()
}

export function whileFollowing(change) {
  change()
  if (following) page.scrollTop = page.scrollHeight
  else showPill()
}

function showPill() {
  const pill = document.querySelector("[data-jump]")
  if (pill) pill.hidden = following || fromEnd() < NEAR * 2
}

function selects() {
  const selection = document.getSelection()
  return !selection.isCollapsed && selection.anchorNode?.parentElement?.closest("[data-transcript]")
}

export function followScroll() {
  last = page.scrollTop
  addEventListener("scroll", () => {
    if (fromEnd() < NEAR && !selects()) following = true
    else if (page.scrollTop < last) following = false
    last = page.scrollTop
    showPill()
  }, { passive: true })
  addEventListener("wheel", (event) => { if (event.deltaY < 0 && page.scrollTop > 0) following = false }, { passive: true })
  document.addEventListener("selectionchange", () => { if (selects()) following = false })
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-jump]")) return
    event.preventDefault()
    toEnd()
  })
}

// What comes in above moves nothing: some browsers see to it themselves, others need to be told.
let below
document.addEventListener("htmx:beforeSwap", (event) => { below = event.target.matches("[data-earlier]") ? fromEnd() : null })
document.addEventListener("htmx:afterSwap", () => { if (below != null) page.scrollTop = page.scrollHeight - page.clientHeight - below })

// A conversation opens at its newest words, before the first paint.
if (document.querySelector("[data-transcript]") && !location.hash) toEnd()
const list = document.querySelector("[data-keep-scroll]")
const place = sessionStorage.getItem("list")
if (list && place) list.scrollTop = Number(place)
addEventListener("pagehide", () => list && sessionStorage.setItem("list", document.querySelector("[data-keep-scroll]").scrollTop))
