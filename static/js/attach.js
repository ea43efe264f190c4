// attach.js: files go up as soon as they are picked, pasted or dropped; a chip tells how far each is, or why it was refused.
import { announce } from "announce"
import { language, t } from "requests"

const composer = () => document.querySelector("[data-composer]")
const chips = () => composer().querySelector("[data-chips]")
const csrf = () => document.querySelector('meta[name="csrf-token"]').content
const sprite = () => document.querySelector("use").getAttribute("href").replace(/#.*/, "")
let line = Promise.resolve() // one after the other: they stand with the message as they were picked
let underWay = 0

export function addFiles(files) {
  const { filesMost, filesLargest } = composer().dataset
  for (const file of files) {
    const chip = newChip(file)
    chips().append(chip)
    chip.scrollIntoView({ block: "nearest" })
    changed()
    const count = chips().querySelectorAll("[data-chip]:not([data-refused])").length
    if (count > Number(filesMost)) refuse(chip, t("A message can carry {count} files.", { count: filesMost }), file)
    else if (file.size > Number(filesLargest)) refuse(chip, t("{size}; at most {most} can be taken.", { size: size(file.size), most: size(Number(filesLargest)) }), file)
    else if (!file.size) refuse(chip, t("It is empty, or a folder."), file)
    else {
      underWay++
      line = line.then(() => chip.isConnected && upload(file, chip)).catch(() => {}).finally(() => underWay--)
    }
  }
}

const size = (bytes) => bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false })} MB`

function newChip(file) {
  const chip = document.createElement("li")
  chip.className = "chip"
  chip.dataset.chip = ""
  chip.innerHTML = '<span class="chip__words"><bdi class="chip__name"></bdi><span class="chip__size"><progress max="1"></progress></span></span><button class="icon-button chip__remove" type="button"><svg class="icon" aria-hidden="true"><use/></svg></button>'
  chip.querySelector("bdi").textContent = file.name
  chip.querySelector("use").setAttribute("href", `${sprite()}#x`)
  chip.querySelector("progress").ariaLabel = t("Uploading {name}", file)
  const button = chip.querySelector("button")
  button.ariaLabel = t("Remove {name}", file)
  button.onclick = () => { chip.request?.abort(); drop(chip) }
  return chip
}

function upload(file, chip) {
  const request = chip.request = new XMLHttpRequest() // fetch does not tell how far it is
  const bar = chip.querySelector("progress")
  request.upload.onprogress = ({ loaded, total }) => { if (total) bar.value = loaded / total }
  request.open("POST", composer().dataset.files)
  request.setRequestHeader("HX-Request", "true")
  request.setRequestHeader("X-CSRFToken", csrf())
  const form = new FormData()
  form.append("files", file, file.name)
  request.send(form)
  return new Promise((resolve) => { request.onloadend = () => resolve(settle(chip, file, request)) })
}

function settle(chip, file, request) {
  const login = request.getResponseHeader("HX-Redirect")
  if (login) return location.assign(login)
  if (!chip.isConnected) return
  const answer = new DOMParser().parseFromString(`<ul>${request.responseText}</ul>`, "text/html")
  const fresh = answer.querySelector("[data-chip]")
  if (request.status === 200 && fresh) {
    chip.replaceWith(document.adoptNode(fresh))
    changed()
    return announce(t("{name} is attached.", file))
  }
  const why = answer.querySelector("[data-notice]")?.textContent.trim()
  refuse(chip, why || (request.status ? t("It could not be taken. Try again in a moment.") : t("The site cannot be reached.")), file)
}

function refuse(chip, why, file) {
  if (file.words) { // pasted, and in no file anywhere: they stand in the box instead
    chip.remove()
    putIntoBox(file.words)
    return announce(why)
  }
  chip.dataset.refused = ""
  const name = chip.querySelector("bdi")
  const sentence = why.includes(name.textContent) ? why : t("“{name}”: {why}", { name: name.textContent, why })
  name.hidden = true
  chip.querySelector(".chip__size").textContent = sentence
  chip.scrollIntoView({ block: "nearest" })
  changed()
  announce(sentence)
}

// What hangs on the chips: whether there is something to send, and what is kept for a reload.
function changed() {
  composer().querySelector("textarea").dispatchEvent(new Event("input"))
}

function putIntoBox(words) {
  const box = composer().querySelector("textarea")
  box.dir = getComputedStyle(box).direction // as composer.js has it for a book
  box.setRangeText(words, box.selectionStart, box.selectionEnd, "end")
  changed()
  if (!composer().hasAttribute("data-huge")) box.dir = "auto"
}

// A file that goes up takes its message along only when it has arrived; one that was refused holds it back.
document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-composer]") || !underWay || event.submitter?.matches("[data-stop]")) return
  event.preventDefault()
  event.stopImmediatePropagation()
  if (event.target.hasAttribute("data-sending")) return
  event.target.toggleAttribute("data-sending", true)
  const button = event.submitter
  const refused = () => document.querySelectorAll("[data-chip][data-refused]").length
  const before = refused()
  while (underWay) await line
  event.target.removeAttribute("data-sending")
  if (refused() === before) button?.click()
}, { capture: true })

// The cross of a chip whose file has arrived; or its words are wanted in the box instead.
export async function press(button) {
  const chip = button.closest("[data-chip]")
  if (button.dataset.chipText) {
    const response = await fetch(button.dataset.chipText).catch(() => null)
    if (!response?.ok) return announce(t("That did not work. Try again in a moment."))
    putIntoBox(await response.text())
  }
  drop(chip)
  fetch(chip.querySelector("[data-chip-remove]").dataset.chipRemove, { method: "POST", headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } })
}

function drop(chip) {
  chip.remove()
  changed()
  composer().querySelector("textarea").focus({ preventScroll: true })
}

// Something is dragged over the page: say where it would land.
let overlay, leaving
export function drag(type, files) {
  clearTimeout(leaving)
  if (type === "drop") { hide(); return addFiles(files) }
  if (!overlay) {
    overlay = document.createElement("div")
    overlay.className = "drop"
    overlay.innerHTML = "<p></p>"
    overlay.firstChild.textContent = t("Drop files to attach them")
    document.body.append(overlay)
  }
  leaving = setTimeout(hide, 300) // a drag that goes on says so many times a second
}

function hide() {
  overlay?.remove()
  overlay = undefined
}
