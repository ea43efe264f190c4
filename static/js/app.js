// app.js: start what the page needs to be typed in; everything else loads when it is first wanted.
import { startComposer, whenIdle } from "composer"
import { otherTabs } from "requests"
import { followScroll } from "scroll"

const parts = {
  "[data-composer]": async () => startComposer,
  "[data-stream]": async () => (await import("stream")).follow,
  "figure[data-code]": async () => (await import("code")).addButtons,
  "[data-math]": async () => (await import("math")).renderMath,
  "[data-toast]": async () => (await import("toast")).showToast,
  "[data-shortcuts]": async () => (await import("sheet")).fillSheet,
  "[data-choosing]": async () => (await import("choosing")).startChoosing,
  "[data-poll]": async () => (await import("poll")).startPolling,
  "[data-picker]": async () => (await import("picker")).startPicker,
  "[data-message-edit]": async () => (await import("editing")).startEditing,
}
// What a press does here; `alone` presses do nothing else, the others also send their form.
const clicks = {
  "[data-copy]": { name: "clipboard", alone: true },
  "[data-drawer-open], [data-drawer-close]": { name: "drawer", alone: true },
  "[data-shortcuts-open]": { name: "sheet", alone: true },
  "[data-copy-value]": { name: "links", alone: true },
  "[data-panel], [data-panel-close]": { name: "panel", alone: true },
  "[data-themes] button": { name: "theme" },
  "[data-row] [data-delete]": { name: "rows" },
  "[data-chip-remove], [data-chip-text]": { name: "attach", alone: true },
  "[data-sign-out] button": { name: "drafts", alone: true },
}

const MENU = ".menu:popover-open :is(a, button), [popovertarget]:has(+ .menu:popover-open)"

async function start(root) {
  for (const [selector, load] of Object.entries(parts)) {
    const found = [...root.querySelectorAll(selector)]
    if (root.matches?.(selector)) found.unshift(root)
    if (!found.length) continue
    const late = selector === "[data-stream]" ? outOfDate : () => {}
    load().then((begin) => found.forEach((element) => begin(element)), late)
  }
}

// After an update the old modules are gone and an answer would stand still: a fresh page knows the new ones. Once.
function outOfDate() {
  if (Date.now() - Number(sessionStorage.getItem("reloaded")) < 60_000) return
  sessionStorage.setItem("reloaded", Date.now())
  location.reload()
}

if (!document.cookie.includes("zone=") || !sessionStorage.getItem("zone")) whenIdle(() => import("zone"))
start(document)
document.addEventListener("htmx:load", (event) => event.target !== document.body && start(event.target))
document.addEventListener("chat:added", (event) => start(event.target))
document.addEventListener("click", (event) => {
  for (const [selector, { name, alone }] of Object.entries(clicks)) {
    const pressed = event.target.closest?.(selector)
    if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) continue
    if (alone) event.preventDefault()
    import(name).then((module) => module.press(pressed))
  }
})

for (const type of ["dragenter", "dragover", "drop"]) {
  document.addEventListener(type, (event) => {
    if (!event.dataTransfer?.types.includes("Files") || !document.querySelector("[data-composer][data-files]")) return
    event.preventDefault()
    const files = [...event.dataTransfer.files]
    import("attach").then((module) => module.drag(type, files))
  })
}

document.addEventListener("focusin", (event) => {
  if (event.target.closest("[data-title]")) import("title").then((module) => module.editInPlace(event.target.form))
  if (event.target.closest("[data-search]")) import("search").then((module) => module.start(event.target.form))
})

document.addEventListener("touchstart", (event) => {
  if (matchMedia("(max-width: 56rem)").matches) import("swipe").then((module) => module.follow(event))
}, { passive: true })

// The module is there before the second key of a combination: the first is Control, ⌘ or Alt.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.shiftKey && document.querySelector(":popover-open")) return // the browser closes that, and nothing else
  const wanted = event.ctrlKey || event.metaKey || event.altKey || ["Escape", "?"].includes(event.key)
  if (wanted) import("shortcuts").then((module) => module.pressKey(event))
})

document.addEventListener("keydown", (event) => {
  if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) || !event.target.matches?.(MENU)) return
  event.preventDefault()
  import("menu").then((module) => module.move(event.key, event.target))
})

addEventListener("pageshow", (event) => event.persisted && location.reload())
if (otherTabs) {
  otherTabs.onmessage = ({ data }) => import("tabs").then((module) => module.hear(data), () => {}) // a server that is gone has no news
}
followScroll()
