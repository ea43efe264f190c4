// notices.js: whether this person wants notices in this browser, and a notice.
import { t } from "requests"

const key = (person) => `notices:${person}`

export function chosen(person) {
  try { return localStorage.getItem(key(person)) ?? "" } catch { return "" }
}

export function choose(person, value) {
  try {
    if (value) localStorage.setItem(key(person), value)
    else localStorage.removeItem(key(person))
  } catch { /* nothing is kept where nothing may be stored: it stays off */ }
}

// One for each conversation: the newer takes the place of the older.
export function show(sentence) {
  const notice = new Notification(sentence, { tag: location.pathname })
  notice.onclick = () => { self.focus(); notice.close() }
}

// Lock screens and shared screens show notices: the title stands in them only for who chose it.
export function tellOfEnd() {
  const person = document.querySelector("[data-draft]")?.dataset.draft.split(":")[0]
  const how = chosen(person)
  if (!how || self.Notification?.permission !== "granted") return
  const title = document.querySelector("h1[data-title-of]")?.textContent
  show(how === "title" && title ? t("“{title}” is ready", { title }) : t("An answer is ready"))
}
