// rows.js: when a row of the list goes, the focus moves to its neighbour.
export function press(button) {
  const row = button.closest("[data-row]")
  const rows = [...document.querySelectorAll("[data-row]")]
  const neighbour = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1]
  document.addEventListener("htmx:afterSwap", () => neighbour?.querySelector("a").focus({ preventScroll: true }), { once: true })
}
