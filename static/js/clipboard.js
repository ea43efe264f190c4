// clipboard.js: copy a message's source or a block of code, and show that it is done.
import { t } from "requests"

export async function copy(words) {
  try {
    await navigator.clipboard.writeText(words)
  } catch { // no clipboard outside https: the old way
    const box = document.createElement("textarea")
    box.value = words
    document.body.append(box)
    box.select()
    document.execCommand("copy")
    box.remove()
  }
}

export function showDone(button) {
  const use = button.querySelector("use")
  if (button.dataset.done !== undefined) return
  const before = use.getAttribute("href")
  button.dataset.done = ""
  use.setAttribute("href", before.replace(/#.*/, "#check"))
  import("announce").then(({ announce }) => announce(t("Copied.")))
  setTimeout(() => { use.setAttribute("href", before); delete button.dataset.done }, 1600)
}

export async function press(link) {
  const response = await fetch(link.href)
  if (!response.ok) return
  await copy(await response.text())
  showDone(link)
}
