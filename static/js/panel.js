// panel.js: a page of its own, opened over this one; it goes when its form was taken, and by Escape.
import { sentenceOf, t } from "requests"

export async function press(link) {
  if (link.matches("[data-panel-close]")) return leave(link)
  if (document.querySelector("dialog[open]")) return
  const cameFrom = opener(link)
  const response = await fetch(link.href, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null)
  if (!response?.ok) return location.assign(link.href)
  if (document.querySelector("dialog.panel")) return // pressed twice
  const dialog = document.createElement("dialog")
  dialog.className = `panel panel--${link.dataset.panel}`
  dialog.setAttribute("aria-labelledby", "panel-heading")
  dialog.innerHTML = await response.text()
  dialog.addEventListener("close", () => close(dialog, cameFrom))
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close())
  dialog.addEventListener("htmx:afterRequest", ({ detail }) => settle(dialog, detail.xhr))
  document.body.append(dialog)
  const list = dialog.querySelector("[data-picker]")
  // All of it before it is shown: keys typed ahead would choose what nobody meant.
  const [picker] = await Promise.all([list && import("picker"), dress(dialog)])
  self.htmx?.process(dialog)
  document.querySelector(":popover-open")?.hidePopover()
  dialog.showModal()
  picker?.startPicker(list)
}

// What was in focus before, or what opened the menu that the link stood in.
function opener(link) {
  const menu = link.closest("[popover]")
  if (menu?.matches(":popover-open")) return document.querySelector(`[popovertarget="${menu.id}"]`)
  return document.activeElement === document.body ? link : document.activeElement
}

// A panel brings its own style sheet, the first one for all.
export async function dress(place) {
  const sheet = place.querySelector("link")
  sheet?.remove()
  if (!sheet || document.head.querySelector(`link[href="${sheet.getAttribute("href")}"]`)) return
  await new Promise((done) => {
    sheet.onload = sheet.onerror = done
    document.head.append(sheet)
  })
}

function settle(dialog, xhr) {
  if (xhr.status >= 200 && xhr.status < 400) return dialog.close()
  const sentence = sentenceOf(xhr.responseText)
  if (xhr.status === 422 && !sentence) return
  const notice = document.createElement("p")
  notice.className = "notice notice--warn"
  notice.role = "alert"
  notice.textContent = sentence || t("That did not work. Try again in a moment.")
  dialog.querySelector("form, .picker").prepend(notice)
}

function close(dialog, cameFrom) {
  dialog.remove()
  const place = cameFrom.isConnected ? cameFrom : document.getElementById(cameFrom.id)
  // Chromium has given the focus back already, but the caret is still in the field that went: keys go nowhere.
  place?.blur()
  place?.focus({ preventScroll: true })
}

function leave(link) {
  const dialog = link.closest("dialog")
  if (dialog) dialog.close()
  else location.assign(link.href)
}
