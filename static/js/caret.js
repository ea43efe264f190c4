// caret.js: a soft mark after the last words of an answer in the making.
const inside = "p, h3, h4, h5, h6, ul, ol, li, blockquote, figure, pre, pre > code, section, div"
const caret = document.createElement("span")
caret.className = "caret"
caret.ariaHidden = "true"

// Taken out before the words change and put back after: a caret that moved would count as a shifted layout.
export const liftCaret = () => caret.remove()

export function setCaret(tail) {
  let place = tail
  for (let next; (next = place.lastElementChild)?.matches(inside) && !textAfter(next);) place = next
  if (place !== tail || tail.textContent) place.append(caret)
}

const textAfter = (element) => Boolean(element.nextSibling?.textContent.trim())
