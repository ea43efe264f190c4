// theme.js: the chosen appearance at once; the form tells the server.
export function press(button) {
  document.documentElement.dataset.theme = button.value
  button.closest("form").querySelectorAll("button").forEach((one) => { one.ariaPressed = String(one === button) })
}
