// toast.js: a sentence that leaves by itself after eight seconds, unless one is looking at it.
const SHOWN_S = 8

export function showToast(toast) {
  let timer
  const leave = () => toast.remove()
  const wait = () => { clearTimeout(timer); timer = setTimeout(leave, SHOWN_S * 1000) }
  const stay = () => clearTimeout(timer)
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stay)
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, wait)
  toast.querySelector("[data-toast-close]")?.addEventListener("click", leave)
  wait()
}

export function addToast(sentence) {
  const toast = document.createElement("div")
  toast.className = "toast"
  const words = document.createElement("span")
  words.textContent = sentence
  toast.append(words)
  document.querySelector("#toasts")?.append(toast)
  showToast(toast)
}
