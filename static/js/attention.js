// attention.js: a mark on a hidden tab whose answer has ended: before its title, on its icon, and a notice if wanted.
const MARK = "● "
const DOT = "%3Ccircle cx='25' cy='7' r='7' fill='%23d9480f'/%3E%3C/svg%3E"
const icon = document.querySelector("[data-icon]")
const quiet = icon?.href

export function call() {
  if (!document.title.startsWith(MARK)) document.title = MARK + document.title
  if (icon) icon.href = quiet.replace("%3C/svg%3E", DOT)
  import("notices").then((module) => module.tellOfEnd())
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return
  document.title = document.title.replace(MARK, "")
  if (icon) icon.href = quiet
})
