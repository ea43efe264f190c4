// partial.js: an answer that is not followed line by line: the server's message takes the place of the one in the page.
import { announceAnswer } from "announce"
import { whileFollowing } from "scroll"
import { awaitTitle } from "title"

const POLL_S = 2

export async function replace(article, answer) {
  const response = await fetch(article.dataset.source, { redirect: "manual", headers: { "HX-Request": "true" } })
  if (!response.ok) return location.reload()
  const page = new DOMParser().parseFromString(await response.text(), "text/html")
  const fresh = document.adoptNode(page.querySelector("[data-message]"))
  keepNeighbourhood(article, fresh)
  answer.leave(fresh.dataset.stream ? "" : fresh.dataset.status)
  whileFollowing(() => article.replaceWith(fresh))
  self.htmx?.process(fresh)
  fresh.dispatchEvent(new CustomEvent("chat:added", { bubbles: true }))
  if (fresh.dataset.stream) return
  announceAnswer(fresh.querySelector("[data-footer]"), fresh.querySelector("[data-text]"))
  fresh.dispatchEvent(new CustomEvent("chat:ended", { bubbles: true }))
  awaitTitle("")
}

// The fresh message is followed again as soon as a line is free.
export async function poll(article, answer) {
  await new Promise((resolve) => setTimeout(resolve, POLL_S * 1000))
  if (article.isConnected) await replace(article, answer).catch(() => poll(article, answer))
}

// What a message alone does not know: whether the model changed before it, and where the model's view begins.
function keepNeighbourhood(article, fresh) {
  if (article.classList.contains("message--forgotten")) fresh.classList.add("message--forgotten")
  for (const [selector, place] of [[".message__model", "afterend"], [".window-line", "beforebegin"]]) {
    const part = article.querySelector(selector)
    if (part && !fresh.querySelector(selector)) fresh.querySelector("h2").insertAdjacentElement(place, part)
  }
}
