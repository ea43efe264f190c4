// announce.js: one quiet region tells a screen reader what happens; the words that stream in do not.
import { t } from "requests"

const SHORT = 80 // words; a longer answer is announced, not read out

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
  else announce(count <= SHORT ? words : t("Answer ready, {count} words.", { count }))
}
