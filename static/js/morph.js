// morph.js: make an element's content like another's, touching only what differs, so that a selection survives.
export function morph(old, fresh) {
  const wanted = [...fresh.childNodes]
  wanted.forEach((node, i) => {
    const here = old.childNodes[i]
    if (!here) old.append(node)
    else if (here.nodeType === Node.TEXT_NODE && node.nodeType === Node.TEXT_NODE) setText(here, node.data)
    else if (here.dataset?.tex && here.dataset.tex === node.textContent && here.className === node.className) return
    else if (alike(here, node)) morph(here, node)
    else here.replaceWith(node)
  })
  while (old.childNodes.length > wanted.length) old.lastChild.remove()
}

const alike = (one, other) => one.nodeName === other.nodeName && one.nodeType === Node.ELEMENT_NODE
  && one.cloneNode(false).isEqualNode(other.cloneNode(false))

function setText(node, words) {
  if (words.startsWith(node.data)) node.appendData(words.slice(node.length))
  else node.data = words
}
