// shortcuts.js: every key of the site, once: what it does, when, and its line in the sheet (sheet.js).
import { t } from "requests"

const find = (selector) => document.querySelector(selector)
const last = (selector) => [...document.querySelectorAll(selector)].at(-1)
const isTyping = (event) => event.target.closest?.("input, textarea, select, [contenteditable]")
const showSheet = async () => (await import("sheet")).press()

export const keys = [
  { keys: "Ctrl+Shift+O", does: t("New conversation"), act: () => find("[data-new]")?.click() },
  { keys: "Ctrl+K", does: t("Search"), act: async () => (await import("search")).open() },
  { keys: "Shift+Escape", does: t("Go to the message box"), act: () => find("#composer-text")?.focus() },
  { keys: "Ctrl+Shift+S", does: t("Show or hide the side bar"), act: async () => (await import("drawer")).toggle() },
  { keys: "Ctrl+Shift+M", does: t("Choose a model"), act: () => find("[data-model]")?.click() },
  { keys: "Ctrl+.", does: t("Settings of the conversation"), act: () => find("[data-settings]")?.click() },
  { keys: "Ctrl+Shift+C", does: t("Copy the last answer"), act: () => last('[data-role="assistant"] [data-copy]')?.click() },
  { keys: "Ctrl+Shift+;", does: t("Copy the last block of code"), act: () => last("[data-copy-code]")?.click() },
  { keys: "Ctrl+Shift+Backspace", does: t("Delete this conversation"), act: () => find("[data-delete-current]")?.click() },
  { keys: "Alt+ArrowUp", does: t("Previous message"), act: () => step(-1) },
  { keys: "Alt+ArrowDown", does: t("Next message"), act: () => step(1) },
  { keys: "Escape", does: t("Stop the answer, or close what is open"), act: escape, quiet: true },
  { keys: "Ctrl+/", does: t("Show these keys"), act: showSheet },
  { keys: "?", does: t("Show these keys, outside a field"), act: showSheet, outside: true, hidden: true },
]

export function pressKey(event) {
  const found = keys.find((key) => fits(key.keys, event))
  if (!found || event.defaultPrevented || (found.outside && isTyping(event))) return
  if (!found.quiet) event.preventDefault()
  found.act()
}

function fits(combination, event) {
  const parts = combination.split("+")
  const key = parts.at(-1)
  if (key === "?") return event.key === "?" && !event.ctrlKey && !event.metaKey && !event.altKey
  const same = event.key.toLowerCase() === key.toLowerCase() || (key === ";" && event.code === "Semicolon")
  return same && (event.ctrlKey || event.metaKey) === parts.includes("Ctrl")
    && event.shiftKey === parts.includes("Shift") && event.altKey === parts.includes("Alt")
}

// What is open takes Escape first; only then does it stop an answer.
async function escape() {
  if (find("dialog[open], :popover-open, .title:focus-within")) return
  const leaveFeedback = find("[data-feedback-form]:focus-within [data-cancel]")
  if (leaveFeedback) return leaveFeedback.click() // the thumb gets the focus
  const leaveEdit = find("[data-message-edit]:focus-within [data-cancel]")
  if (leaveEdit) {
    leaveEdit.click()
    return find("#composer-text")?.focus({ preventScroll: true })
  }
  if (find("[data-drawer][data-open]")) return (await import("drawer")).close()
  find("[data-composer-fields][data-active] [data-stop]")?.click()
}

function step(by) {
  const messages = [...document.querySelectorAll("[data-message]")]
  const here = messages.indexOf(document.activeElement.closest("[data-message]"))
  const next = messages[here < 0 ? messages.length - 1 : here + by]
  if (!next) return
  next.tabIndex = -1
  next.focus()
  next.scrollIntoView({ block: "nearest" })
}
