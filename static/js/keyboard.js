// keyboard.js: where a keyboard on the screen covers the page (Safari does not make room for it), the message box stands on it.
const view = self.visualViewport
const root = document.documentElement

function makeRoom() {
  // Zoomed in, the view is smaller than the page without any keyboard.
  const covered = view.scale > 1.01 ? 0 : Math.max(0, Math.round(root.clientHeight - view.height - view.offsetTop))
  root.style.setProperty("--keyboard", covered > 80 ? `${covered}px` : "0px") // less is a bar of the browser's
}

export function standOnKeyboard() {
  view.addEventListener("resize", makeRoom)
  view.addEventListener("scroll", makeRoom)
  makeRoom()
}
