// sending.js: a message shows at once; the server's own copy takes its place, or it says what went wrong.
import { forgetFiles, forgetSending, keepSending, keepUnsent } from "drafts"
import { language, otherTabs, say, sentenceOf, t } from "requests"
import { setBox, showFailed, showUnsent } from "unsent"

const unsent = new Map() // a request -> the message that it carries

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 15) | 64
  bytes[8] = (bytes[8] & 63) | 128
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}

// The server would say the same, and send all of it back.
function isBook(text, form) {
  const limit = Number(form.dataset.limit)
  if (text.length <= limit * 3) return false
  const count = [...text].length.toLocaleString(language)
  say(t("This message has {count} characters; at most {most} can be sent at once.", { count, most: limit.toLocaleString(language) }))
  return true
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target
  if (!form.matches("[data-composer]")) return
  const text = event.detail.requestConfig.formData.getAll("text").at(-1) ?? "" // the box, or after it a beginning of ours
  const answering = form.querySelector("[data-composer-fields]").hasAttribute("data-active")
  if ((!text.trim() && !form.querySelector("[data-chip] [name=file]")) || answering || isBook(text, form)) return event.preventDefault()
  form.toggleAttribute("data-sending", true)
  keepSending(form, text)
  if (!document.querySelector("#transcript-messages")) return
  unsent.set(event.detail.xhr, showUnsent(text, event.detail.requestConfig.formData.get("key")))
  setBox("")
  form.elements.key.value = newKey()
})

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, shouldSwap, requestConfig } = event.detail
  const form = document.querySelector("[data-composer]")
  // The event is the target's, which is all of the page's main part for the first message.
  if (!shouldSwap || !requestConfig.elt.matches("[data-composer]")) return
  forgetSending(form)
  unsent.get(xhr)?.remove()
  unsent.delete(xhr)
  if (xhr.status < 300) forgetFiles(form)
  if (xhr.status < 300) otherTabs?.postMessage(location.pathname)
})

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.target.matches("[data-composer]")) return
  const { xhr } = event.detail
  const message = unsent.get(xhr)
  document.querySelector("[data-composer]")?.removeAttribute("data-sending")
  unsent.delete(xhr)
  if (xhr.status >= 200 && xhr.status < 300) return
  const refusal = sentenceOf(xhr.responseText)
  const why = refusal || (xhr.status ? t("Not sent: the site could not take it.") : t("Not sent: the site cannot be reached."))
  if (message) return showFailed(message, why)
  keepUnsent(document.querySelector("[data-composer]"))
  if (xhr.status !== 422 || refusal) say(why)
})
