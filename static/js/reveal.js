// reveal.js: a password can be looked at while it is typed.
for (const box of document.querySelectorAll("[data-secret]")) {
  const field = box.querySelector("input")
  const button = box.querySelector("[data-secret-show]")
  const show = (visible) => {
    field.type = visible ? "text" : "password"
    button.textContent = visible ? button.dataset.hide : button.dataset.show
    button.setAttribute("aria-label", visible ? button.dataset.hideLabel : button.dataset.showLabel)
  }
  button.hidden = false
  button.addEventListener("click", () => show(field.type === "password"))
  // Browsers offer to keep what is in a password field, not what is in a text field.
  field.form.addEventListener("submit", () => show(false))
}
