// title.js: the title is edited where it stands: Enter and leaving save it, Escape gives the old one back.
export function editInPlace(form) {
  const input = form.elements.title // its default is what the server has, also when one typed before this module came
  input.onkeydown = (event) => {
    if (event.key === "Escape") input.value = input.defaultValue
    if (event.key !== "Escape" && (event.key !== "Enter" || event.isComposing)) return
    event.preventDefault()
    input.blur()
  }
  input.onblur = () => {
    if (!input.value.trim()) input.value = input.defaultValue
    if (input.value !== input.defaultValue) form.requestSubmit()
  }
}

// The first answer is followed by a title, which a model needs a moment for.
export async function awaitTitle(known) {
  setTitle(known)
  const form = document.querySelector("[data-title]")
  if (!form || document.querySelectorAll("[data-message]").length > 2) return
  for (const pause_s of [1, 2, 4, 8]) {
    await new Promise((resolve) => setTimeout(resolve, pause_s * 1000))
    const response = await fetch(form.action, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => {})
    if (!response?.ok || !form.isConnected) return
    const page = new DOMParser().parseFromString(await response.text(), "text/html")
    const title = page.querySelector("[data-title-of]")?.textContent
    if (title && title !== known) return setTitle(title)
  }
}

function setTitle(title) {
  const form = document.querySelector("[data-title]")
  if (!form || !title) return
  const heading = form.querySelector("[data-title-of]")
  document.querySelectorAll(`[data-title-of="${heading.dataset.titleOf}"]`).forEach((element) => { element.textContent = title })
  const input = form.elements.title
  if (document.activeElement !== input) input.value = input.defaultValue = title
  document.title = document.title.replace(/^(● )?(.* · )?/, (_, mark) => `${mark ?? ""}${title} · `)
}
