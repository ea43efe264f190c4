// tabs.js: another tab has written into a conversation; when this one shows it, take the newer transcript.
const parts = ["#transcript", "#composer-fields"]

export async function hear(path) {
  if (path !== location.pathname || !document.querySelector("#transcript")) return
  const response = await fetch(path, { redirect: "manual" })
  if (!response.ok) return
  const page = new DOMParser().parseFromString(await response.text(), "text/html")
  const { whileFollowing } = await import("scroll")
  whileFollowing(() => parts.forEach((selector) => {
    const fresh = page.querySelector(selector)
    const here = document.querySelector(selector)
    if (!fresh || !here) return
    here.replaceWith(document.adoptNode(fresh))
    self.htmx?.process(fresh)
    fresh.dispatchEvent(new CustomEvent("chat:added", { bubbles: true }))
  }))
}
