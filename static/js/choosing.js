// choosing.js: how many are chosen stands in the buttons; Shift chooses all between two.
import { t } from "requests"

export function startChoosing(form) {
  const boxes = [...form.querySelectorAll("[name=chosen]")]
  const buttons = [...form.querySelectorAll("[data-counts]")]
  const all = form.querySelector("[data-choose-all]")
  let last
  const show = () => {
    const count = boxes.filter((box) => box.checked).length
    for (const button of buttons) {
      button.textContent = count ? `${button.dataset.counts} ${count}` : button.dataset.counts
      button.disabled = !count
    }
    all.textContent = count === boxes.length ? t("Choose none") : t("Choose all")
  }
  form.addEventListener("click", (event) => {
    const index = boxes.indexOf(event.target)
    if (index < 0) return
    if (event.shiftKey && last !== undefined) {
      boxes.slice(Math.min(last, index), Math.max(last, index)).forEach((box) => { box.checked = event.target.checked })
    }
    last = index
    show()
  })
  all.addEventListener("click", () => {
    const choose = boxes.some((box) => !box.checked)
    boxes.forEach((box) => { box.checked = choose })
    show()
  })
  show()
}
