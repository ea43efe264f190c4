// leave.js: signing out on the pages of the account takes the drafts along, as it does in the chat.
import { press } from "drafts"

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sign-out] button")
  if (!button) return
  event.preventDefault()
  press(button)
})
