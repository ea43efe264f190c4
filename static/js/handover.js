// handover.js: on pages without app.js, copy the address that is shown once.
import { press } from "links"

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy-value]")
  if (button) press(button)
})
