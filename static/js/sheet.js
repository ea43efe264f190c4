// sheet.js: the keys of the site, as a list in a page or in a dialog over it.
import { t } from "requests"
import { keys } from "shortcuts"

const inBox = [["Enter", t("Send")], ["Shift+Enter", t("New line")], ["ArrowUp", t("Edit the last message, in an empty box")], ["/", t("Your prompts, in an empty box")]]
const mac = /mac|iphone|ipad/i.test(navigator.platform)
const arrows = { Escape: "Esc", ArrowUp: "↑", ArrowDown: "↓", Ctrl: t("Ctrl"), Shift: t("Shift") }
const glyphs = mac ? { ...arrows, Ctrl: "⌘", Shift: "⇧", Alt: "⌥", Backspace: "⌫" } : arrows

function line([combination, does]) {
  const made = document.createElement("div")
  const term = document.createElement("dt")
  const meaning = document.createElement("dd")
  meaning.textContent = does
  for (const part of combination.split("+")) {
    const key = document.createElement("kbd")
    key.textContent = glyphs[part] ?? part
    term.append(key, " ")
  }
  made.append(term, meaning)
  return made
}

export function fillSheet(place) {
  const list = document.createElement("dl")
  list.className = "keys"
  const rows = keys.filter((key) => !key.hidden).map((key) => [key.keys, key.does])
  list.append(...[...inBox, ...rows].map(line))
  place.replaceChildren(list)
}

export function press() {
  if (document.querySelector("dialog[data-keys]")) return
  document.querySelector("#account-menu:popover-open")?.hidePopover()
  const dialog = document.createElement("dialog")
  dialog.dataset.keys = ""
  dialog.setAttribute("aria-labelledby", "keys-heading")
  dialog.innerHTML = '<form method="dialog" class="keys__head"><h2 id="keys-heading"></h2><button class="button button--quiet"></button></form><div></div>'
  dialog.querySelector("h2").textContent = t("Keys")
  dialog.querySelector("button").textContent = t("Close")
  fillSheet(dialog.querySelector("div"))
  dialog.addEventListener("close", () => dialog.remove()) // closing gave the focus back
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close())
  document.body.append(dialog)
  dialog.showModal()
}
