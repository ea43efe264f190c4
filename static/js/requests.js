// requests.js: what every request carries, what becomes of an answer that is not a page, and whether the site is there.
// One object for telling and hearing: a channel does not hear itself, and this tab knows its own news.
export const otherTabs = "BroadcastChannel" in self ? new BroadcastChannel("chat") : null

const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? ""

// The words of the page's language stand in the page, since they are needed most when the server is gone; English has none.
export const language = document.documentElement.lang
const words = JSON.parse(document.querySelector("[data-words]")?.textContent ?? "{}")
export const t = (sentence, values = {}) => (words[sentence] ?? sentence).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all)

export function lost(sentence = t("You are offline. What you write stays here.")) {
  const bar = document.querySelector("[data-offline]")
  if (!bar) return // pages that are only read have none
  bar.textContent = sentence
  bar.hidden = false
}

export function found() {
  const bar = document.querySelector("[data-offline]")
  if (bar && navigator.onLine) bar.hidden = true
}

// The sentence of a refusal, when the answer holds one.
export function sentenceOf(html) {
  if (!html?.includes("data-notice")) return ""
  return new DOMParser().parseFromString(html, "text/html").querySelector("[data-notice]")?.textContent.trim() ?? ""
}

export async function say(sentence) {
  try {
    const { addToast } = await import("toast")
    addToast(sentence)
  } catch {
    lost(sentence) // the server that has the module is what is gone
  }
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrf()
})

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail
  const lost = xhr.responseURL && new URL(xhr.responseURL).pathname.includes("/accounts/login")
  if (lost) location.assign(`${new URL(xhr.responseURL).pathname}?next=${encodeURIComponent(location.pathname)}`)
  const sentence = xhr.status >= 400 && sentenceOf(xhr.responseText)
  if (lost || sentence) event.detail.shouldSwap = false
  if (sentence && !event.target.closest("[data-composer]")) say(sentence)
})

document.addEventListener("htmx:responseError", (event) => {
  if (event.target.closest("[data-composer]") || sentenceOf(event.detail.xhr.responseText)) return
  if (event.detail.xhr.status === 404) say(t("That is not there any more."))
  else say(t("That did not work. Try again in a moment."))
})

document.addEventListener("htmx:sendError", (event) => {
  if (!event.target.closest("[data-composer]")) say(t("The site cannot be reached. Try again in a moment."))
})

// A swap that takes the focused button along gives the focus to its like in what came, or to the box.
let focused
document.addEventListener("htmx:beforeSwap", () => {
  const button = document.activeElement
  focused = { name: nameOf(button), message: messages().indexOf(button.closest("[data-message]")) }
})
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement !== document.body || !focused?.name) return
  const like = messages()[focused.message]?.querySelectorAll("button:is([aria-label], [title]):enabled") ?? []
  const button = [...like].find((one) => nameOf(one) === focused.name) ?? like[0]
  const place = button ?? (matchMedia("(hover: none)").matches ? null : document.querySelector("#composer-text"))
  place?.focus({ preventScroll: true })
})
const nameOf = (button) => button.ariaLabel || button.title
const messages = () => [...document.querySelectorAll("[data-message]")]

addEventListener("offline", () => lost())
addEventListener("online", found)
