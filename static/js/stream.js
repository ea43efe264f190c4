// stream.js: follow an answer to its end, through lost connections, always from where the page stands.
import { openAnswer } from "answer"
import { poll, replace } from "partial"
import { found, lost, t } from "requests"
import { whileFollowing } from "scroll"
import { takeSlot } from "slots"
import { readEvents } from "sse"

const BEAT_S = 20 // the server beats every 15 s; a line without beats is dead
const LONGEST_PAUSE_S = 15

export async function follow(article) {
  if (article.dataset.followed) return
  article.dataset.followed = "yes"
  const answer = openAnswer(article)
  for (let tries = 0; article.isConnected && !answer.ended; tries++) {
    if (tries) await pause(tries)
    const leave = await takeSlot()
    if (!leave) return poll(article, answer)
    try {
      await attach(article, answer)
      tries = 0
    } catch {
      if (article.isConnected && tries) lost(t("Reconnecting…"))
    } finally {
      leave()
    }
  }
}

async function attach(article, answer) {
  const line = new AbortController()
  answer.fed = false
  let watch
  const listen = () => { clearTimeout(watch); watch = setTimeout(() => line.abort(), BEAT_S * 1000) }
  listen()
  try {
    const url = `${article.dataset.stream}?cursor=${encodeURIComponent(answer.cursor)}`
    const response = await fetch(url, { signal: line.signal, redirect: "manual", cache: "no-store" })
    if (response.type === "opaqueredirect" || [401, 403, 404].includes(response.status)) return location.reload()
    if (!response.ok) throw new Error(response.status)
    found()
    if (response.status === 204) return await replace(article, answer)
    for await (const events of readEvents(response.body)) {
      listen()
      if (!article.isConnected) return
      whileFollowing(() => events.forEach(answer.take))
      if (answer.stale) return await replace(article, answer)
      if (answer.ended) return
    }
  } finally {
    clearTimeout(watch)
    line.abort()
  }
}

// Longer and longer, never all at the same time, and at once when the network is back.
function pause(tries) {
  const most = Math.min(LONGEST_PAUSE_S, 0.4 * 2 ** tries)
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1000 * most * (0.5 + Math.random() / 2))
    addEventListener("online", () => { clearTimeout(timer); resolve() }, { once: true })
  })
}
