// judging.js: choose rows by keys, and see how many are chosen; Shift chooses all between two.
let last
const boxes = () => [...document.querySelectorAll("[data-desk-chosen]")]

export function choose(row, range) {
  const box = row?.querySelector("[data-desk-chosen]")
  if (!box) return
  box.checked = range || !box.checked
  changed(box, range)
}

function changed(box, range) {
  const all = boxes()
  if (range && last?.isConnected) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, other) => one - other)
    for (const between of all.slice(from, to + 1)) between.checked = box.checked
  }
  last = box
  show()
}

function show() {
  const count = boxes().filter((box) => box.checked).length
  for (const place of document.querySelectorAll("[data-desk-count]")) {
    place.textContent = count === 1 ? place.dataset.one : count ? place.dataset.many.replace("%s", count) : ""
  }
  document.querySelector("[data-desk-judging]").toggleAttribute("data-none", !count)
}

document.addEventListener("click", (event) => event.target.matches?.("[data-desk-chosen]") && changed(event.target, event.shiftKey))
show()
