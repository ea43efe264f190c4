// annotate.js: the passage that is selected goes along when a note is begun, and passages with notes are shown in their text.
const AROUND = 64
let selected

function textOf(message) {
  return message.querySelector("[data-text]")
}

function remember() {
  const selection = getSelection()
  if (selection.isCollapsed || !selection.rangeCount) return
  const range = selection.getRangeAt(0)
  const text = range.commonAncestorContainer.parentElement?.closest("[data-text]")
  if (!text) return
  const before = document.createRange()
  before.setStart(text, 0)
  before.setEnd(range.startContainer, range.startOffset)
  const after = document.createRange()
  after.setStart(range.endContainer, range.endOffset)
  after.setEnd(text, text.childNodes.length)
  selected = { text, quote: selection.toString(), prefix: before.toString().slice(-AROUND), suffix: after.toString().slice(0, AROUND) }
}

// "c" and the link under a message: about what is selected in it, else about the whole message.
export function begin() {
  remember() // the browser may not have told of it yet
  const message = selected?.text.isConnected && !getSelection().isCollapsed ? selected.text : document.activeElement
  const link = message.closest(".beside")?.querySelector("[data-annotate]")
  link?.click()
  return Boolean(link)
}

document.addEventListener("selectionchange", remember)
document.addEventListener("htmx:configRequest", ({ detail, target }) => {
  if (!target.matches("[data-annotate]") || !selected) return
  if (target.closest(".beside").contains(selected.text)) {
    const { quote, prefix, suffix } = selected
    Object.assign(detail.parameters, { quote, prefix, suffix })
  }
  selected = undefined
})
document.addEventListener("htmx:beforeRequest", (event) => { // one form at a message is enough
  const open = event.target.matches("[data-annotate]") && event.target.parentElement.querySelector("[data-note-form]")
  if (open) { event.preventDefault(); open.querySelector("[name=text]").focus() }
})
document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  const form = detail.elt.querySelector?.("[data-note-form] [name=text]") ?? target.querySelector?.("[data-note-form] [name=text]")
  const written = detail.elt.matches?.("[data-notes-of]") && !form
  if (form) form.focus()
  else if (written) detail.elt.querySelector("[data-annotate]").focus()
  mark()
})

// Where the quote stands, by its words and what stands around them; white space does not count.
function find(text, { quote, prefix, suffix }) {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT)
  const places = []
  let flat = ""
  while (walker.nextNode()) [...walker.currentNode.data].reduce((at, sign) => {
    if (sign.trim()) for (let unit = 0; unit < sign.length; unit++) { flat += sign[unit]; places.push([walker.currentNode, at + unit]) }
    return at + sign.length
  }, 0)
  const [words, before, after] = [quote, prefix ?? "", suffix ?? ""].map((part) => part.replace(/\s+/g, ""))
  let start = flat.indexOf(before + words + after)
  start = start < 0 ? flat.indexOf(words) : start + before.length
  if (start < 0 || !words) return null
  const range = document.createRange()
  range.setStart(...places[start])
  const [node, at] = places[start + words.length - 1]
  range.setEnd(node, at + 1)
  return range
}

function mark() {
  if (!CSS.highlights) return
  const ranges = [...document.querySelectorAll("[data-notes-of] [data-quote]")].map((quote) => {
    const message = document.getElementById(quote.closest("[data-notes-of]").dataset.notesOf)
    return message && textOf(message) && find(textOf(message), quote.dataset)
  })
  CSS.highlights.set("notes", new Highlight(...ranges.filter(Boolean)))
}
mark()
