// code.js: copy and wrap, in the head of every block of code.
import { t } from "requests"

const sprite = () => document.querySelector("use").getAttribute("href").replace(/#.*/, "")

function button(icon, name) {
  const made = document.createElement("button")
  made.type = "button"
  made.className = "icon-button code__button"
  made.ariaLabel = made.title = name
  made.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${sprite()}#${icon}"/></svg>`
  return made
}

export function addButtons(figure) {
  const head = figure.querySelector("figcaption")
  if (!head || head.querySelector("button") || figure.closest("[data-tail]")) return
  const wrap = button("wrap-text", t("Wrap long lines"))
  wrap.ariaPressed = "false"
  wrap.onclick = () => { wrap.ariaPressed = String(figure.toggleAttribute("data-wrap")) }
  const copies = button("copy", t("Copy this code"))
  copies.dataset.copyCode = ""
  copies.onclick = async () => {
    const { copy, showDone } = await import("clipboard")
    await copy(figure.querySelector("code").textContent)
    showDone(copies)
  }
  head.append(wrap, copies)
}
