// picker.js: a list of models: typing finds, arrows walk, a click or Enter chooses.
export function startPicker(form) {
  const filter = form.querySelector("[data-filter]")
  const rows = [...form.querySelectorAll("[data-option]")]
  const checked = form.querySelector("input:checked")
  const none = form.querySelector("[data-none]")
  let pointed = false
  form.addEventListener("pointerdown", () => { pointed = true })
  form.addEventListener("keydown", () => { pointed = false })
  // Arrow keys press a radio as well; only a pointer decides at once.
  form.addEventListener("click", (event) => {
    if (pointed && event.target.matches("[name=model]")) form.requestSubmit()
  })
  const find = () => {
    const words = filter.value.toLowerCase().split(/\s+/)
    for (const row of rows) {
      const known = `${row.textContent} ${row.querySelector("input").value}`.toLowerCase()
      row.hidden = !words.every((word) => known.includes(word))
    }
    const found = rows.find((row) => !row.hidden)
    none.hidden = Boolean(found)
    form.querySelector("button").disabled = !found
    const choice = filter.value ? found?.querySelector("input") : checked
    if (choice) choice.checked = true
  }
  filter?.addEventListener("input", find)
  if (filter?.value) find() // typed before this module came
  filter?.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return
    event.preventDefault()
    form.querySelector("[data-option]:not([hidden]) input:checked")?.focus()
  })
  ;(filter ?? checked)?.focus()
  checked?.closest("[data-option]").scrollIntoView({ block: "nearest" })
}
