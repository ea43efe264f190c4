// math.js: typeset the TeX of a closed block. Its source stays inside, as MathML's annotation, for copying.
import temml from "temml"

const LONGEST = 5_000 // characters; beyond it the source is the better reading

export function renderMath(element) {
  const tex = element.textContent
  if (element.dataset.tex || tex.length > LONGEST) return
  const box = document.createElement("span")
  try {
    const displayMode = element.classList.contains("math--block")
    temml.render(tex, box, { displayMode, annotate: true, throwOnError: true, trust: false, maxExpand: 200, maxSize: [20, 20] })
  } catch {
    return // not TeX that we know: the source stays readable
  }
  element.dataset.tex = tex
  element.replaceChildren(...box.childNodes)
}
