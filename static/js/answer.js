// answer.js: what an event means for the message in the page. The server's words decide; nothing is kept twice.
import { announce, announceAnswer } from "announce"
import { liftCaret, setCaret } from "caret"
import { morph } from "morph"
import { t } from "requests"
import { awaitTitle } from "title"
import { openWaiting } from "waiting"

function element(html) {
  const template = document.createElement("template")
  template.innerHTML = html
  return template.content
}

// Formulas are set in the same breath as the words around them come, once the module for them is there.
let renderMath
function setMath(root) {
  const formulas = root.querySelectorAll("[data-math]")
  if (formulas.length && !renderMath) import("math").then((module) => { renderMath = module.renderMath })
  if (renderMath) formulas.forEach((formula) => renderMath(formula))
}

export function openAnswer(article) {
  const find = (name) => article.querySelector(`[data-${name}]`)
  const text = find("text")
  const tail = find("tail")
  const waiting = openWaiting(article)
  // `fed`: this line has brought words. `stale`: it told of an end, but not of the words before it.
  const answer = { cursor: article.dataset.cursor, ended: false, fed: false, stale: false, take, leave }
  let tailHtml = tail.dataset.tail
  if (tailHtml || text.children.length > 1) waiting.leave()
  setMath(document) // where formulas stand already, more may come
  announce(t("Answering…"))
  currentRow()?.setAttribute("aria-busy", "true")

  const takes = {
    s(data) {
      if (data.reset) reset()
      article.dataset.status = data.status
      waiting.is(data.status, data)
      if (["queued", "running"].includes(data.status)) return
      if (answer.fed) end(data)
      else answer.stale = true
    },
    b({ i, html }) {
      answer.fed = true
      const content = element(html)
      setMath(content)
      const block = content.firstElementChild
      const old = text.children[i]
      if (text.children.length === 1 && !tailHtml) waiting.words()
      if (old && old !== tail) old.replaceWith(block)
      else { setTail(""); tail.before(block) }
      block.dispatchEvent(new CustomEvent("chat:added", { bubbles: true }))
    },
    t({ keep, html }) { setTail(tailHtml.slice(0, keep) + html) },
    r({ at, text: words }) {
      const box = find("reasoning-text")
      const node = box.firstChild ?? box.appendChild(document.createTextNode(""))
      node.replaceData(at, node.length - at, words)
      waiting.thinksAloud()
    },
  }

  function take({ id, name, data }) {
    if (data) takes[name]?.(JSON.parse(data))
    if (id) answer.cursor = id
  }

  function setTail(html) {
    if (html && !tailHtml && text.children.length === 1) waiting.words()
    tailHtml = html
    liftCaret()
    morph(tail, element(html))
    setMath(tail)
    setCaret(tail)
  }

  function reset() {
    while (text.firstElementChild !== tail) text.firstElementChild.remove()
    setTail("")
    find("reasoning-text").textContent = ""
  }

  function end(data) {
    tail.remove()
    for (const name of ["stream", "cursor", "followed", "source"]) delete article.dataset[name]
    article.removeAttribute("aria-busy")
    if (data.footer) find("footer").replaceWith(element(data.footer))
    const footer = find("footer")
    waiting.end(footer.dataset.thought)
    self.htmx?.process(footer)
    announceAnswer(footer, text)
    leave(data.status)
    article.dispatchEvent(new CustomEvent("chat:ended", { bubbles: true }))
    awaitTitle(data.title)
  }

  // What follows an end: the box may send again, and a hidden tab says so.
  function leave(status) {
    waiting.leave()
    answer.ended = true
    if (!status) return
    currentRow()?.removeAttribute("aria-busy")
    const fields = document.querySelector("[data-composer-fields]")
    if (fields?.contains(document.activeElement)) document.querySelector("#composer-text").focus({ preventScroll: true })
    fields?.removeAttribute("data-active")
    if (document.hidden) import("attention").then((module) => module.call())
  }

  return answer
}

const currentRow = () => document.querySelector('[data-row] [aria-current="page"]')
