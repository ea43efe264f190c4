// variables.js: ask for what a prompt leaves open; resolves to the values by name, or to nothing.
import { t } from "requests"

export function askFor(title, names) {
  const dialog = document.createElement("dialog")
  dialog.className = "panel"
  dialog.setAttribute("aria-labelledby", "variables-heading")
  dialog.innerHTML = '<form method="dialog" class="stack"><h2 class="picker__heading" id="variables-heading" dir="auto"></h2><div class="row"><button class="button" value="taken"></button><button class="button button--plain" formnovalidate></button></div></form>'
  const [take, leave] = dialog.querySelectorAll("button")
  take.textContent = t("Put it into the message")
  leave.textContent = t("Cancel")
  dialog.querySelector("h2").textContent = `/${title}`
  const buttons = dialog.querySelector(".row")
  const inputs = names.map((name, number) => {
    const field = document.createElement("div")
    field.className = "field"
    const label = document.createElement("label")
    const input = document.createElement("input")
    label.htmlFor = input.id = `variable-${number}`
    label.textContent = name
    label.dir = input.dir = "auto"
    input.autocomplete = "off"
    field.append(label, input)
    buttons.before(field)
    return input
  })
  document.body.append(dialog)
  dialog.showModal()
  inputs[0].focus()
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove()
      document.activeElement.blur() // as in panel.js: the caret is still in the field that went
      const taken = dialog.returnValue === "taken"
      resolve(taken ? new Map(names.map((name, number) => [name, inputs[number].value])) : null)
    })
  })
}
