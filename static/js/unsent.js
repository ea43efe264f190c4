// unsent.js: one's own message between the key and the server: on its way, or not sent and what can be done.
import { forgetSending } from "drafts"
import { toEnd, whileFollowing } from "scroll"

const composer = () => document.querySelector("[data-composer]")

export function showUnsent(text, key) {
  const message = document.querySelector("template[data-sending]").content.firstElementChild.cloneNode(true)
  message.querySelector("[data-text]").textContent = text
  message.querySelector("[data-text]").hidden = !text
  message.querySelector("[data-retry]").onclick = () => sendAgain(message, text, key)
  message.querySelector("[data-take-back]").onclick = () => takeBack(message, text)
  composer().querySelectorAll("[data-refused]").forEach((chip) => chip.remove())
  move(chipsOf(composer()), message)
  document.querySelector("#transcript-messages").append(message)
  toEnd()
  return message
}

export function showFailed(message, why) {
  message.classList.add("message--failed")
  whileFollowing(() => {
    message.querySelector("[data-sending-state]").hidden = true
    message.querySelector("[data-failed-why]").textContent = why
    message.querySelector("[data-failed]").hidden = false
  })
}

export function setBox(text) {
  const box = composer().querySelector("textarea")
  box.value = text
  box.dispatchEvent(new Event("input"))
}

// Files go with their words, and come back with them.
const chipsOf = (place) => [...place.querySelectorAll("[data-chip]")]
const move = (chips, place) => place.querySelector("[data-chips], [data-sent-chips]")?.append(...chips)

// The same key: if the first try did arrive, the server answers with what it has.
function sendAgain(message, text, key) {
  const form = composer()
  const written = form.querySelector("textarea").value
  const attached = chipsOf(form)
  attached.forEach((chip) => chip.remove())
  move(chipsOf(message), form)
  message.remove()
  setBox(text)
  form.elements.key.value = key
  form.querySelector("[data-send]").click()
  move(attached, form)
  setBox(written)
}

function takeBack(message, text) {
  move(chipsOf(message), composer())
  message.remove()
  forgetSending(composer())
  setBox([text, composer().querySelector("textarea").value].filter(Boolean).join("\n\n"))
  composer().querySelector("textarea").focus()
}
