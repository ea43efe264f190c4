// swipe.js: on narrow pages a stroke from the start side opens the side bar, one back closes it.
const FAR = 70
const SLOW_MS = 600
// What goes sideways by itself, or is written in.
const busy = "pre, table, figure, math, input, textarea, select, dialog, [popover]"

export function follow(event) {
  const [from] = event.touches
  if (event.touches.length > 1 || event.target.closest?.(busy)) return
  const began = event.timeStamp
  document.addEventListener("touchend", (end) => {
    const [to] = end.changedTouches
    const across = (to.clientX - from.clientX) * (getComputedStyle(document.body).direction === "rtl" ? -1 : 1)
    const level = Math.abs(to.clientY - from.clientY) < Math.abs(across) / 2
    if (!level || Math.abs(across) < FAR || end.timeStamp - began > SLOW_MS || !document.getSelection().isCollapsed) return
    import("drawer").then(({ isOpen, toggle }) => isOpen() === across < 0 && toggle())
  }, { once: true, passive: true })
}
