// waiting.js: what stands where words will be: thinking, for how long, or the place in the queue.
import { t } from "requests"

export function openWaiting(article) {
  const find = (name) => article.querySelector(`[data-${name}]`)
  let since = performance.now()
  let place = null
  const seconds = () => Math.round((performance.now() - since) / 1000)
  const clock = setInterval(show, 1000)

  // Said at once by the page; from the first second on with the time.
  function show() {
    const label = place
      ? t("Waiting for a free place: number {place} in the queue", { place })
      : seconds() > 0 ? t("Thinking {count} s", { count: seconds() }) : t("Thinking")
    const line = find("reasoning").hidden ? find("waiting") : find("reasoning-summary")
    if (line && !line.hidden) line.textContent = label
  }

  function leave() {
    clearInterval(clock)
    find("waiting")?.toggleAttribute("hidden", true)
  }

  return {
    is(status, data) {
      place = status === "queued" ? data.place : null
      if (data.seconds !== undefined) since = performance.now() - data.seconds * 1000
    },
    thinksAloud() {
      find("reasoning").hidden = false
      find("waiting")?.toggleAttribute("hidden", true)
    },
    // The first word of the answer ends the thinking; the footer will tell the exact time.
    words() {
      leave()
      if (!find("reasoning").hidden) find("reasoning-summary").textContent = t("Thought for {time}", { time: t("{count} s", { count: Math.max(1, seconds()) }) })
    },
    end(thought) {
      leave()
      find("waiting")?.remove()
      if (find("reasoning-text")?.textContent === "") find("reasoning").remove()
      if (find("reasoning")) find("reasoning-summary").textContent = thought ? t("Thought for {time}", { time: thought }) : t("Thoughts")
    },
    leave,
  }
}
