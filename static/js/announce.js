// announce.js: one quiet region tells a screen reader what happens; the words that stream in do not.
import { t } from "requests"

// The most words that are read out of an answer, as its person prefers; a longer one is only announced.
const READ_OUT = { whole: Infinity, short: 80, notice: 0 }

export function announce(sentence) {
  const region = document.querySelector("[data-announce]")
  if (region) region.textContent = sentence
}

export function announceAnswer(footer, text) {
  const words = text.innerText.trim()
  const count = words ? words.split(/\s+/).length : 0
  const problem = footer.querySelector(".problem p")?.textContent ?? ""
  if (problem) announce(problem)
  else if (!count) announce(t("The answer ended."))
  else announce(count <= mostReadOut() ? words : t("Answer ready, {count} words.", { count }))
}

function mostReadOut() {
  return READ_OUT[document.querySelector("[data-announce]")?.dataset.announce] ?? READ_OUT.short
}
