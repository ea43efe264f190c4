// poll.js: what changes by itself is asked for again, quietly: a site that is away is told of elsewhere.
export function startPolling(element) {
  const every = Number(element.dataset.every) * 1000
  async function ask() {
    if (!element.isConnected) return
    const answer = await fetch(element.dataset.poll, { redirect: "manual", headers: { "HX-Request": "true" } }).catch(() => null)
    const html = answer?.ok ? await answer.text().catch(() => "") : ""
    if (html && element.isConnected) show(html)
    else setTimeout(ask, every)
  }

  // The first element takes the place of this one, the others of those with their id, where the page has them.
  function show(html) {
    const [fresh, ...others] = new DOMParser().parseFromString(html, "text/html").body.children
    for (const other of others) {
      other.removeAttribute("hx-swap-oob")
      document.getElementById(other.id)?.replaceWith(document.adoptNode(other))
    }
    element.replaceWith(document.adoptNode(fresh))
    self.htmx?.process(fresh)
    fresh.dispatchEvent(new CustomEvent("chat:added", { bubbles: true }))
  }

  setTimeout(ask, every)
}
