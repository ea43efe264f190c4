// noticepanel.js: notices are off until somebody presses here; only then the browser asks for its permission.
import { choose, chosen, show } from "notices"
import { t } from "requests"

const DENIED = t("This browser does not let this site show notices. Its settings for this site can change that.")
const CANNOT = t("This browser cannot show notices from a page.")
const panel = document.querySelector("[data-notices]")
const person = panel.dataset.notices
const buttons = [...panel.querySelectorAll("button")]

function say(sentence) {
  panel.querySelector("[data-notices-state]").textContent = sentence
}

function mark() {
  const value = self.Notification?.permission === "granted" ? chosen(person) : ""
  for (const button of buttons) {
    const isIt = button.value === value
    button.ariaPressed = String(isIt)
    button.classList.toggle("button--chosen", isIt)
    button.classList.toggle("button--plain", !isIt)
  }
}

async function press(value) {
  say("")
  choose(person, value && await allowed() ? value : "")
  mark()
}

async function allowed() {
  if (!("Notification" in self)) return say(CANNOT)
  if (await Notification.requestPermission() !== "granted") return say(DENIED)
  try {
    show(t("Notices look like this"))
    return true
  } catch { // phones want a worker for it
    return say(CANNOT)
  }
}

buttons.forEach((button) => button.addEventListener("click", () => press(button.value)))
mark()
if (self.Notification?.permission === "denied" && chosen(person)) say(DENIED)
