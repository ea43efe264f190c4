// editing.js: a message edited in place: Ctrl+Enter sends it; Escape (shortcuts.js) leaves it as it was.
export function startEditing(form) {
  const box = form.elements.text
  box.focus({ preventScroll: true })
  box.setSelectionRange(box.value.length, box.value.length)
  form.scrollIntoView({ block: "nearest" })
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      form.requestSubmit()
    }
  })
}
