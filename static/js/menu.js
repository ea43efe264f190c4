// menu.js: the arrow keys, Home and End go through the lines of an open menu, as in any program.
const LINES = "a[href], button:not([disabled])"

export function move(key, from) {
  const menu = from.closest("[popover]") ?? document.getElementById(from.getAttribute("popovertarget"))
  if (!menu?.matches(":popover-open")) return
  const lines = [...menu.querySelectorAll(LINES)].filter((line) => line.checkVisibility())
  const at = lines.indexOf(from)
  const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[key]
  lines.at(next % lines.length)?.focus()
}
