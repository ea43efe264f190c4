// links.js: copy the address that stands in the field beside the button.
import { copy, showDone } from "clipboard"

export async function press(button) {
  await copy(button.parentElement.querySelector("input").value)
  showDone(button)
}
